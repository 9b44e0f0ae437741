"""DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/) as Turtle and as JSON-LD.

No node is without a name: so the files are the same each time, and others can point at each of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD

from ..market import File, Market, Product
from .texts import frequency, write_json

FREQ = Namespace("http://purl.org/cld/freq/")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
MEDIA = Namespace("https://www.iana.org/assignments/media-types/")
RIGHTS = Namespace("http://publications.europa.eu/resource/authority/access-right/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
PREFIXES = {
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "geo": GEO,
    "skos": SKOS,
    "spdx": SPDX,
    "vcard": VCARD,
    "xsd": XSD,
}
VERSION = URIRef(f"{DCAT}version")
"""New in DCAT 3, which rdflib does not list yet."""
CATALOGUE = "catalogue"


def write(market: Market, folder: Path) -> list[Path]:
    graph = described(market)
    turtle, linked = folder / "dcat.ttl", folder / "dcat.jsonld"
    turtle.write_text(graph.serialize(format="turtle"), encoding="utf-8")
    context = {prefix: str(space) for prefix, space in PREFIXES.items()}
    told = json.loads(graph.serialize(format="json-ld", context=context))
    write_json(linked, {"@context": told["@context"], "@graph": _ordered(told["@graph"])})
    return [turtle, linked]


def described(market: Market) -> Graph:
    """The catalogue, its datasets and their distributions. Addresses are relative to the folder, unless the
    market has a base."""
    graph = Graph(bind_namespaces="none")
    for prefix, space in PREFIXES.items():
        graph.bind(prefix, space)
    catalogue = _node(market, CATALOGUE)
    _add(graph, catalogue, RDF.type, DCAT.Catalog)
    _add(graph, catalogue, DCTERMS.title, Literal("City data market", "en"))
    _add(graph, catalogue, DCTERMS.description, Literal("What a city's authorities know, as open data", "en"))
    _add(graph, catalogue, DCTERMS.identifier, Literal(market.release_id))
    _add(graph, catalogue, DCTERMS.issued, Literal(market.created_at, datatype=XSD.dateTime))
    for product in market.products:
        _add(graph, catalogue, DCTERMS.publisher, _publisher(graph, market, product))
        _add(graph, catalogue, DCAT.dataset, _dataset(graph, market, product))
    return graph


def _dataset(graph: Graph, market: Market, product: Product) -> URIRef:
    node = _node(market, product.name)
    for predicate, value in (
        (RDF.type, DCAT.Dataset),
        (DCTERMS.title, Literal(product.title, "en")),
        (DCTERMS.description, Literal(product.description, "en")),
        (DCTERMS.identifier, Literal(product.label)),
        (DCTERMS.issued, Literal(product.released_on)),
        (DCTERMS.modified, Literal(market.created_at, datatype=XSD.dateTime)),
        (DCTERMS.publisher, _publisher(graph, market, product)),
        (DCTERMS.license, _licence(graph, market, product)),
        (DCTERMS.accessRights, RIGHTS.PUBLIC if market.audience == "open" else RIGHTS.RESTRICTED),
        (DCAT.contactPoint, _contact(graph, market, product)),
        (VERSION, Literal(product.version)),
        (DCAT.theme, _theme(graph, market, product)),
    ):
        _add(graph, node, predicate, value)
    for word in product.keywords:
        _add(graph, node, DCAT.keyword, Literal(word, "en"))
    if product.attribution:
        rights = _node(market, f"{product.name}#attribution")
        _add(graph, rights, RDF.type, DCTERMS.RightsStatement)
        _add(graph, rights, DCTERMS.description, Literal(product.attribution, "en"))
        _add(graph, node, DCTERMS.rights, rights)
    if term := frequency(product):
        _add(graph, node, DCTERMS.accrualPeriodicity, FREQ[term])
    if product.data_to:
        period = _node(market, f"{product.name}#period")
        _add(graph, period, RDF.type, DCTERMS.PeriodOfTime)
        if product.data_from:
            _add(graph, period, DCAT.startDate, Literal(product.data_from))
        _add(graph, period, DCAT.endDate, Literal(product.data_to))
        _add(graph, node, DCTERMS.temporal, period)
    if bounds := market.bounds.get(product.name):
        place = _node(market, f"{product.name}#place")
        _add(graph, place, RDF.type, DCTERMS.Location)
        _add(graph, place, DCAT.bbox, Literal(_polygon(*bounds), datatype=GEO.wktLiteral))
        _add(graph, node, DCTERMS.spatial, place)
    for file in market.files_of(product):
        _add(graph, node, DCAT.distribution, _distribution(graph, market, product, file))
    return node


def _distribution(graph: Graph, market: Market, product: Product, file: File) -> URIRef:
    node = _node(market, f"{product.name}#{file.format}")
    checksum = _node(market, f"{product.name}#{file.format}-checksum")
    for predicate, value in (
        (RDF.type, DCAT.Distribution),
        (DCTERMS.title, Literal(f"{product.title}: {file.title}", "en")),
        (DCTERMS.license, _licence(graph, market, product)),
        (DCTERMS.modified, Literal(market.created_at, datatype=XSD.dateTime)),
        (DCAT.accessURL, _node(market, file.name)),
        (DCAT.downloadURL, _node(market, file.name)),
        (DCAT.mediaType, MEDIA[file.media_type]),
        (DCAT.byteSize, Literal(file.bytes, datatype=XSD.nonNegativeInteger)),
        (SPDX.checksum, checksum),
    ):
        _add(graph, node, predicate, value)
    _add(graph, checksum, RDF.type, SPDX.Checksum)
    _add(graph, checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
    _add(graph, checksum, SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary))
    if file.format == "csv":
        _add(graph, node, DCTERMS.conformsTo, _node(market, f"{file.name}-metadata.json"))
    return node


def _publisher(graph: Graph, market: Market, product: Product) -> URIRef:
    node = _node(market, f"{CATALOGUE}#publisher")
    _add(graph, node, RDF.type, FOAF.Organization)
    _add(graph, node, FOAF.name, Literal(product.publisher))
    return node


def _contact(graph: Graph, market: Market, product: Product) -> URIRef:
    node = _node(market, f"{CATALOGUE}#contact")
    _add(graph, node, RDF.type, VCARD.Organization)
    _add(graph, node, VCARD.fn, Literal(product.publisher))
    _add(graph, node, VCARD.hasEmail, URIRef(f"mailto:{product.contact}"))
    return node


def _theme(graph: Graph, market: Market, product: Product) -> URIRef:
    node = _node(market, f"{CATALOGUE}#theme-{quote(product.theme)}")
    _add(graph, node, RDF.type, SKOS.Concept)
    _add(graph, node, SKOS.prefLabel, Literal(product.theme, "en"))
    return node


def _licence(graph: Graph, market: Market, product: Product) -> URIRef:
    """The address of the licence; one that has none is a node with its title."""
    node = URIRef(product.licence_url) if product.licence_url else None
    node = node or _node(market, f"{CATALOGUE}#licence-{product.licence}")
    _add(graph, node, RDF.type, DCTERMS.LicenseDocument)
    _add(graph, node, DCTERMS.title, Literal(product.licence_title, "en"))
    return node


def _node(market: Market, name: str) -> URIRef:
    return URIRef(f"{market.base}{name}")


def _add(graph: Graph, subject: URIRef, predicate: URIRef, value: Any) -> None:
    graph.add((subject, predicate, value))


def _polygon(west: float, south: float, east: float, north: float) -> str:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return f"POLYGON(({', '.join(f'{x} {y}' for x, y in corners)}))"


def _ordered(said: Any) -> Any:
    """The same each time: a graph has no order of its own."""
    if isinstance(said, dict):
        return {name: _ordered(said[name]) for name in sorted(said)}
    if isinstance(said, list):
        return sorted((_ordered(each) for each in said), key=lambda each: json.dumps(each, sort_keys=True))
    return said
