#include "exchange/xml.h"

#include <libxml/parser.h>
#include <string.h>

#include "base/memory.h"

struct cbi_xml {
    xmlParserCtxtPtr parser;
    const cbi_xml_handler *handler;
    void *context;
    unsigned depth;
    const char *refused; /* why it stops; NULL: it does not */
};

cbi_bytes cbi_xml_attribute(const cbi_xml_attributes *attributes, const char *name)
{
    for (int i = 0; i < attributes->count; i++) {
        const unsigned char *const *at = attributes->items + 5 * i;

        if (strcmp((const char *)at[0], name) == 0)
            return cbi_bytes_of(at[3], (size_t)(at[4] - at[3]));
    }
    return cbi_bytes_of(NULL, 0);
}

static void stop(cbi_xml *xml, const char *why)
{
    xml->refused = why;
    xmlStopParser(xml->parser);
}

static void start_element(void *context, const xmlChar *name, const xmlChar *prefix,
                          const xmlChar *uri, int namespaces_count, const xmlChar **namespaces,
                          int count, int defaulted, const xmlChar **attributes)
{
    cbi_xml *xml = context;
    const cbi_xml_attributes lent = {attributes, count};

    (void)prefix;
    (void)uri;
    (void)namespaces_count;
    (void)namespaces;
    (void)defaulted;
    if (++xml->depth > CBI_XML_NESTING_MAX)
        stop(xml, "nesting");
    else if (xml->handler->start != NULL)
        xml->handler->start(xml->context, (const char *)name, &lent);
}

static void end_element(void *context, const xmlChar *name, const xmlChar *prefix,
                        const xmlChar *uri)
{
    cbi_xml *xml = context;

    (void)prefix;
    (void)uri;
    xml->depth--;
    if (xml->handler->end != NULL)
        xml->handler->end(xml->context, (const char *)name);
}

static void characters(void *context, const xmlChar *text, int size)
{
    cbi_xml *xml = context;

    if (xml->handler->text != NULL)
        xml->handler->text(xml->context, cbi_bytes_of(text, (size_t)size));
}

static void document_type(void *context, const xmlChar *name, const xmlChar *external,
                          const xmlChar *system)
{
    (void)name;
    (void)external;
    (void)system;
    stop(context, "DOCTYPE");
}

static void say_nothing(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

cbank_status cbi_xml_new(const cbi_xml_handler *handler, void *context, cbi_xml **out,
                         cbank_error *err)
{
    static xmlSAXHandler callbacks = {.internalSubset = document_type,
                                      .startElementNs = start_element,
                                      .endElementNs = end_element,
                                      .characters = characters,
                                      .cdataBlock = characters,
                                      .ignorableWhitespace = characters,
                                      .warning = say_nothing,
                                      .error = say_nothing,
                                      .initialized = XML_SAX2_MAGIC};
    cbank_status status = CBANK_OK;
    cbi_xml *xml = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*xml), &xml, err));
    xml->handler = handler;
    xml->context = context;
    xml->parser = xmlCreatePushParserCtxt(&callbacks, xml, NULL, 0, NULL);
    if (xml->parser == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_NO_MEMORY, 0, NULL, NULL));
    (void)xmlCtxtUseOptions(xml->parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    *out = xml;
    xml = NULL;
done:
    cbi_xml_free(xml);
    return status;
}

void cbi_xml_free(cbi_xml *xml)
{
    if (xml == NULL)
        return;
    if (xml->parser != NULL) {
        if (xml->parser->myDoc != NULL)
            xmlFreeDoc(xml->parser->myDoc);
        xmlFreeParserCtxt(xml->parser);
    }
    cbi_free(xml);
}

static cbank_status feed(cbi_xml *xml, cbi_bytes bytes, int last, cbank_error *err)
{
    int code = xmlParseChunk(xml->parser, bytes.size == 0 ? "" : (const char *)bytes.data,
                             (int)bytes.size, last);

    if (xml->refused != NULL)
        return cbi_fail(err, CBI_REASON_WORKBOOK_BROKEN, 0, "xml", "%s", xml->refused);
    if (code == XML_ERR_NO_MEMORY)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, 0, NULL, NULL);
    if (code != XML_ERR_OK && !xml->parser->wellFormed)
        return cbi_fail(err, CBI_REASON_WORKBOOK_BROKEN, 0, "xml", "%d", code);
    return CBANK_OK;
}

cbank_status cbi_xml_feed(cbi_xml *xml, cbi_bytes bytes, cbank_error *err)
{
    return feed(xml, bytes, 0, err);
}

cbank_status cbi_xml_end(cbi_xml *xml, cbank_error *err)
{
    return feed(xml, cbi_bytes_of(NULL, 0), 1, err);
}
