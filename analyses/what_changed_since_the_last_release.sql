-- Who asks: an analyst whose figure is another than last month's, and a data officer before they say why.
-- Not to be used for: a change in the world. A delivery may mend what was wrong before.
select
    products.title,
    changes.category,
    changes.rows_before,
    changes.rows_now,
    changes.new_rows,
    changes.gone_rows,
    changes.changed_rows,
    changes.reason,
    changes.is_flagged
from market.release_changes as changes
inner join market.products as products on changes.product = products.product
order by changes.is_flagged desc, abs(changes.rows_now - changes.rows_before) desc, products.title asc, changes.category asc
