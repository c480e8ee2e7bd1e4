/*
 * encoding.h - the bytes of a text file in, UTF-8 out, as a stream.
 *
 * Chinese offices save spreadsheets as UTF-8, with or without a byte order mark, or as GB18030
 * (of which GBK and GB2312 are parts). The decoder finds out which unless it is told. It never
 * replaces or drops a character: what it cannot read stops it.
 */
#ifndef CBI_EXCHANGE_ENCODING_H
#define CBI_EXCHANGE_ENCODING_H

#include "base/bytes.h"

typedef enum cbi_encoding {
    CBI_ENCODING_UNDECIDED = 0, /* to be found; plain ASCII stays undecided to its end */
    CBI_ENCODING_UTF8 = 1,
    CBI_ENCODING_GB18030 = 2,
} cbi_encoding;

/* "" and "auto", "utf-8", "gb18030", "gbk", "gb2312", in any case; else UNSUPPORTED. */
cbank_status cbi_encoding_parse(cbi_bytes name, cbi_encoding *out, cbank_error *err);
/* "utf-8" or "gb18030"; "ascii" for undecided. */
const char *cbi_encoding_name(cbi_encoding encoding);

/* Appends UTF-8 text in another encoding, of which it must have every character. */
cbank_status cbi_encoding_write(cbi_bytes utf8, cbi_encoding encoding, cbank_buffer *out,
                                cbank_error *err);

typedef struct cbi_decoder cbi_decoder;

cbank_status cbi_decoder_new(cbi_encoding encoding, cbi_decoder **out, cbank_error *err);
/* Wipes what it still holds. NULL is a no-op. */
void cbi_decoder_free(cbi_decoder *decoder);

/*
 * Appends the UTF-8 of `bytes` to `utf8`, without a byte order mark. A decoder that is still
 * finding out holds back up to 64 KiB from the first byte beyond ASCII.
 *
 * UNSUPPORTED for UTF-16, workbooks and other files that are no text; MALFORMED for bytes that are
 * not in the encoding, with their offset in the detail, and for UTF-8 within what was found to be
 * GB18030; INVALID where few bytes read well in both encodings, so that somebody must say which.
 * What came before is in `utf8`. The error's `where` is left to who counts rows.
 */
cbank_status cbi_decoder_feed(cbi_decoder *decoder, cbi_bytes bytes, cbank_buffer *utf8,
                              cbank_error *err);
/* The file ends here: decides, appends the rest, and refuses half a character. */
cbank_status cbi_decoder_end(cbi_decoder *decoder, cbank_buffer *utf8, cbank_error *err);

/* What was told or found so far. */
cbi_encoding cbi_decoder_encoding(const cbi_decoder *decoder);

#endif
