/*
 * xml.h - XML from strangers, piece by piece: elements and text, within limits.
 *
 * Document types are refused, and with them entities and everything that is fetched; namespaces'
 * prefixes are taken off names. libxml2 does the reading.
 */
#ifndef CBI_EXCHANGE_XML_H
#define CBI_EXCHANGE_XML_H

#include "base/bytes.h"

#define CBI_XML_NESTING_MAX 64u

typedef struct cbi_xml cbi_xml;

/* Attributes of an element, lent for a call. */
typedef struct cbi_xml_attributes {
    const unsigned char *const *items; /* as libxml2 has them, five pointers each */
    int count;
} cbi_xml_attributes;

/* The value of an attribute; empty if it is not there. */
cbi_bytes cbi_xml_attribute(const cbi_xml_attributes *attributes, const char *name);

/* What is found, in the order of the file. Any may be NULL. */
typedef struct cbi_xml_handler {
    void (*start)(void *context, const char *name, const cbi_xml_attributes *attributes);
    void (*end)(void *context, const char *name);
    void (*text)(void *context, cbi_bytes text);
} cbi_xml_handler;

/* `handler` and `context` are borrowed until the end. */
cbank_status cbi_xml_new(const cbi_xml_handler *handler, void *context, cbi_xml **out,
                         cbank_error *err);
/* NULL is a no-op. */
void cbi_xml_free(cbi_xml *xml);

/* MALFORMED (WORKBOOK_BROKEN) for what is no XML, or XML of a kind that is not read. */
cbank_status cbi_xml_feed(cbi_xml *xml, cbi_bytes bytes, cbank_error *err);
cbank_status cbi_xml_end(cbi_xml *xml, cbank_error *err);

#endif
