-- base_area_indicators.sql
-- One row a record as sent, under the city's field names, and its cells for files with a column a measure.
{{ mapped('area_indicators', fields=['area_code', 'indicator', 'period', 'value'], keep_cells=true) }}
