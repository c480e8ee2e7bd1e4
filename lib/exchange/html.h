/*
 * html.h - HTML tables that call themselves .xls, as many campus systems export them.
 *
 * The bytes are decoded first (encoding.h), because what such a file says of its own encoding is
 * often wrong; libxml2 then reads the text piece by piece. Rows of all tables come one after
 * another; what is not in a cell is passed over. A cell that spans columns fills the first of them
 * and leaves the others empty; one that spans rows is empty below. Style sheets, scripts and
 * anything that a browser would fetch are let alone.
 */
#ifndef CBI_EXCHANGE_HTML_H
#define CBI_EXCHANGE_HTML_H

#include "exchange/grid.h"

typedef struct cbi_html cbi_html;

cbank_status cbi_html_new(cbi_encoding encoding, cbi_html **out, cbank_error *err);

/* All else by the reader, whose `self` is a cbi_html. */
extern const cbi_grid_reader cbi_html_reader;

#endif
