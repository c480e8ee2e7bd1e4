#include "exchange/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

#define WINDOW_MAX (64u * 1024) /* bytes that are looked at to tell the encodings apart */
#define RUN_MAX 4096u           /* bytes beyond ASCII that are judged together */
#define SIGNATURE_MAX 8         /* bytes by which other kinds of file are known */
#define CHUNK_SIZE 4096

/* So many two-byte sequences are good UTF-8 in a GB18030 text only once in a million files. */
#define TWO_BYTE_ENOUGH 8

struct cbi_decoder {
    cbi_encoding encoding;
    iconv_t converter; /* (iconv_t)-1 unless it is GB18030 */
    bool begun;        /* the first bytes were looked at */
    bool found;        /* the encoding was not told */
    uint8_t before;    /* the last byte of ASCII that was handed on */
    uint64_t offset;   /* in the file, of the first byte that is held */
    cbank_buffer held; /* bytes not converted yet */
};

static const struct {
    const char *name;
    cbi_encoding encoding;
} names[] = {
    {"", CBI_ENCODING_UNDECIDED},       {"auto", CBI_ENCODING_UNDECIDED},
    {"utf-8", CBI_ENCODING_UTF8},       {"utf8", CBI_ENCODING_UTF8},
    {"gb18030", CBI_ENCODING_GB18030},  {"gbk", CBI_ENCODING_GB18030},
    {"gb2312", CBI_ENCODING_GB18030},
};

/* First bytes of files that people hand in by mistake. */
static const struct {
    const char *bytes;
    size_t size;
    cbi_reason reason;
    const char *kind;
} signatures[] = {
    {"\xff\xfe", 2, CBI_REASON_ENCODING_UTF16, "UTF-16"},
    {"\xfe\xff", 2, CBI_REASON_ENCODING_UTF16, "UTF-16"},
    {"PK\x03\x04", 4, CBI_REASON_NOT_TEXT, "xlsx"},
    {"\xd0\xcf\x11\xe0", 4, CBI_REASON_NOT_TEXT, "xls"},
    {"%PDF", 4, CBI_REASON_NOT_TEXT, "pdf"},
};

cbank_status cbi_encoding_parse(cbi_bytes name, cbi_encoding *out, cbank_error *err)
{
    char text[16] = "";

    if (name.size < sizeof(text)) {
        if (name.size > 0)
            memcpy(text, name.data, name.size);
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            if (strcasecmp(names[i].name, text) == 0) {
                *out = names[i].encoding;
                return CBANK_OK;
            }
        }
    }
    return cbi_fail(err, CBI_REASON_UNKNOWN_ENCODING, 0, text, NULL);
}

const char *cbi_encoding_name(cbi_encoding encoding)
{
    switch (encoding) {
    case CBI_ENCODING_UTF8:
        return "utf-8";
    case CBI_ENCODING_GB18030:
        return "gb18030";
    case CBI_ENCODING_UNDECIDED:
        break;
    }
    return "ascii";
}

static const char *name_of(cbi_encoding encoding)
{
    return encoding == CBI_ENCODING_UTF8 ? "UTF-8" : "GB18030";
}

static cbank_status open_converter(cbi_encoding encoding, bool write, iconv_t *out,
                                   cbank_error *err)
{
    const char *name = name_of(encoding);

    *out = write ? iconv_open(name, "UTF-8") : iconv_open("UTF-8", name);
    if (*out != (iconv_t)-1)
        return CBANK_OK;
    if (errno == EINVAL)
        return cbi_fail(err, CBI_REASON_UNKNOWN_ENCODING, 0, cbi_encoding_name(encoding), NULL);
    return cbi_fail(err, CBI_REASON_NO_MEMORY, 0, NULL, NULL);
}

cbank_status cbi_decoder_new(cbi_encoding encoding, cbi_decoder **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_decoder *decoder = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*decoder), &decoder, err));
    decoder->encoding = encoding;
    decoder->converter = (iconv_t)-1;
    if (encoding == CBI_ENCODING_GB18030)
        CBI_TRY(open_converter(encoding, false, &decoder->converter, err));
    *out = decoder;
    decoder = NULL;
done:
    cbi_decoder_free(decoder);
    return status;
}

void cbi_decoder_free(cbi_decoder *decoder)
{
    if (decoder == NULL)
        return;
    if (decoder->converter != (iconv_t)-1)
        iconv_close(decoder->converter);
    cbank_buffer_clear(&decoder->held);
    cbi_free(decoder);
}

cbi_encoding cbi_decoder_encoding(const cbi_decoder *decoder)
{
    return decoder->encoding;
}

static void drop_held(cbi_decoder *decoder, size_t size)
{
    decoder->held.size -= size;
    memmove(decoder->held.data, decoder->held.data + size, decoder->held.size);
    decoder->offset += size;
}

/*
 * Converts `bytes` as far as they go; `out` may be NULL to only try. `*used` says how far; the
 * answer is 0, or EILSEQ for bytes that are wrong, EINVAL for a character that is not complete.
 */
static cbank_status convert(iconv_t converter, cbi_bytes bytes, cbank_buffer *out, size_t *used,
                            int *stopped, cbank_error *err)
{
    char chunk[CHUNK_SIZE];
    union {
        const uint8_t *data;
        char *text; /* iconv takes char * but does not write there */
    } in = {bytes.data};
    size_t left = bytes.size;
    cbank_status status = CBANK_OK;

    *stopped = 0;
    while (left > 0 && *stopped == 0) {
        char *to = chunk;
        size_t room = sizeof(chunk);

        if (iconv(converter, &in.text, &left, &to, &room) == (size_t)-1 && errno != E2BIG)
            *stopped = errno;
        if (out != NULL)
            CBI_TRY(cbi_buffer_append(out, cbi_bytes_of(chunk, sizeof(chunk) - room), err));
    }
    *used = bytes.size - left;
done:
    cbi_wipe(chunk, sizeof(chunk));
    return status;
}

/* Whether these, of which there is no character, may be the beginning of one. */
static bool is_begun(cbi_bytes bytes)
{
    size_t size = bytes.data[0] >= 0xf0 ? 4 : bytes.data[0] >= 0xe0 ? 3 : 2;

    if (bytes.data[0] < 0xc2 || bytes.data[0] > 0xf4 || bytes.size >= size)
        return false;
    for (size_t i = 1; i < bytes.size; i++) {
        if ((bytes.data[i] & 0xc0) != 0x80)
            return false;
    }
    return true;
}

/* UTF-8 as it is, as `convert` does it for all else. */
static cbank_status copy(cbi_bytes bytes, cbank_buffer *out, size_t *used, int *stopped,
                         cbank_error *err)
{
    *used = cbi_text_valid(bytes);
    *stopped = 0;
    if (*used < bytes.size)
        *stopped = is_begun(cbi_bytes_of(bytes.data + *used, bytes.size - *used)) ? EINVAL : EILSEQ;
    return out == NULL ? CBANK_OK : cbi_buffer_append(out, cbi_bytes_of(bytes.data, *used), err);
}

/* One or the other of what is read: GB18030, or UTF-8 if there is no converter. */
static cbank_status take(iconv_t converter, cbi_bytes bytes, cbank_buffer *out, size_t *used,
                         int *stopped, cbank_error *err)
{
    if (converter == (iconv_t)-1)
        return copy(bytes, out, used, stopped, err);
    return convert(converter, bytes, out, used, stopped, err);
}

cbank_status cbi_encoding_write(cbi_bytes utf8, cbi_encoding encoding, cbank_buffer *out,
                                cbank_error *err)
{
    iconv_t converter = (iconv_t)-1;
    cbank_status status = CBANK_OK;
    size_t used;
    int stopped;

    CBI_TRY(open_converter(encoding, true, &converter, err));
    CBI_TRY(convert(converter, utf8, out, &used, &stopped, err));
    if (stopped != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ENCODING, 0, cbi_encoding_name(encoding), "%zu",
                         used));
done:
    if (converter != (iconv_t)-1)
        iconv_close(converter);
    return status;
}

/* How well bytes read in an encoding. */
struct fit {
    bool good;
    size_t used; /* bytes before the first that is wrong */
};

static cbank_status try_encoding(cbi_encoding encoding, cbi_bytes bytes, bool whole,
                                 struct fit *fit, cbank_error *err)
{
    iconv_t converter = (iconv_t)-1;
    cbank_status status = CBANK_OK;
    int stopped;

    if (encoding == CBI_ENCODING_GB18030)
        CBI_TRY(open_converter(encoding, false, &converter, err));
    CBI_TRY(take(converter, bytes, NULL, &fit->used, &stopped, err));
    fit->good = stopped == 0 || (stopped == EINVAL && !whole);
done:
    if (converter != (iconv_t)-1)
        iconv_close(converter);
    return status;
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/*
 * Chinese in UTF-8 takes three bytes a character. A text of good UTF-8 with two-byte characters
 * only is taken for UTF-8 if there are many, or if one stands in a word ("José"); a few alone may
 * as well be Chinese in GB18030, and a name must not be guessed.
 */
static bool is_surely_utf8(uint8_t before, cbi_bytes text)
{
    size_t two_byte = 0;

    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] >= 0xe0)
            return true;
        if (text.data[i] < 0xc0)
            continue;
        two_byte++;
        if (is_letter(i == 0 ? before : text.data[i - 1]) ||
            (i + 2 < text.size && is_letter(text.data[i + 2])))
            return true;
    }
    return two_byte >= TWO_BYTE_ENOUGH;
}

/* Settles the encoding by what is held, which begins with the first byte beyond ASCII. */
static cbank_status decide(cbi_decoder *decoder, bool whole, cbank_error *err)
{
    cbi_bytes window = cbi_bytes_of_buffer(&decoder->held);
    cbank_status status = CBANK_OK;
    struct fit utf8;
    struct fit gb18030;

    CBI_TRY(try_encoding(CBI_ENCODING_UTF8, window, whole, &utf8, err));
    CBI_TRY(try_encoding(CBI_ENCODING_GB18030, window, whole, &gb18030, err));
    if (utf8.good && gb18030.good && !is_surely_utf8(decoder->before, window)) {
        status = cbi_fail(err, CBI_REASON_AMBIGUOUS_ENCODING, 0, NULL, NULL);
        goto done;
    }
    decoder->encoding = CBI_ENCODING_UTF8;
    /* Where neither fits, the one that fits longer names the place that is wrong. */
    if (!utf8.good && (gb18030.good || gb18030.used > utf8.used))
        decoder->encoding = CBI_ENCODING_GB18030;
    decoder->found = true;
    if (decoder->encoding == CBI_ENCODING_GB18030)
        CBI_TRY(open_converter(decoder->encoding, false, &decoder->converter, err));
done:
    return status;
}

/* Hands on plain ASCII, which reads the same in both encodings. */
static cbank_status pass_ascii(cbi_decoder *decoder, cbank_buffer *utf8, cbank_error *err)
{
    size_t size = 0;
    cbank_status status;

    while (size < decoder->held.size && decoder->held.data[size] < 0x80)
        size++;
    if (size == 0)
        return CBANK_OK;
    status = cbi_buffer_append(utf8, cbi_bytes_of(decoder->held.data, size), err);
    if (status != CBANK_OK)
        return status;
    decoder->before = decoder->held.data[size - 1];
    drop_held(decoder, size);
    return CBANK_OK;
}

/* The size of the UTF-8 character at `at`, by its form alone; 0 if there is none. */
static size_t utf8_size(const uint8_t *at, const uint8_t *end)
{
    size_t size = *at >= 0xf0 ? 4 : *at >= 0xe0 ? 3 : 2;

    if (*at < 0xc2 || *at > 0xf4 || (size_t)(end - at) < size)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    return size;
}

/* Two Chinese characters in UTF-8, which in GB18030 would be three, some of them rare. */
static bool is_utf8_run(const uint8_t *at, const uint8_t *end)
{
    size_t three_byte = 0;
    bool rare = false;
    size_t size;

    for (; at < end; at += size) {
        size = utf8_size(at, end);
        if (size == 0)
            return false;
        three_byte += size == 3;
        for (size_t i = 1; i < size; i++)
            rare = rare || at[i] <= 0xa0;
    }
    return three_byte >= 2 && rare;
}

/*
 * Where UTF-8 begins in what was found to be GB18030: a row that was pasted in from elsewhere may
 * read as GB18030 without a fault, and as nonsense. The whole size if nowhere.
 */
static size_t find_utf8(cbi_bytes bytes)
{
    const uint8_t *end = bytes.data + bytes.size;
    const uint8_t *at = bytes.data;

    while (at < end) {
        const uint8_t *run = at;

        while (at < end && *at >= 0x80)
            at++;
        if (at < end && at > run && is_utf8_run(run, at))
            return (size_t)(run - bytes.data);
        at++;
    }
    return bytes.size;
}

/* Without the run at the end, which the next piece may go on with; a long one is left as it is. */
static size_t without_last_run(cbi_bytes bytes)
{
    size_t size = bytes.size;

    while (size > 0 && bytes.data[size - 1] >= 0x80 && bytes.size - size < RUN_MAX)
        size--;
    return bytes.size - size < RUN_MAX ? size : bytes.size;
}

static cbank_status pass_known(cbi_decoder *decoder, bool whole, cbank_buffer *utf8,
                               cbank_error *err)
{
    cbi_bytes held = cbi_bytes_of_buffer(&decoder->held);
    bool found_gb18030 = decoder->found && decoder->encoding == CBI_ENCODING_GB18030;
    size_t good = found_gb18030 ? find_utf8(held) : held.size;
    bool mixed = good < held.size;
    size_t used = 0;
    int stopped = 0;
    cbank_status status;

    if (found_gb18030 && !mixed && !whole)
        good = without_last_run(held);
    status = take(decoder->converter, cbi_bytes_of(held.data, good), utf8, &used, &stopped, err);
    if (status != CBANK_OK)
        return status;
    if (used > 0)
        drop_held(decoder, used);
    if (mixed || stopped == EILSEQ || (stopped == EINVAL && whole))
        return cbi_fail(err, CBI_REASON_BAD_ENCODING, 0, cbi_encoding_name(decoder->encoding),
                        "byte %llu", (unsigned long long)decoder->offset);
    return CBANK_OK;
}

/* Looks at the first bytes once: other kinds of file are refused, a mark of UTF-8 is taken off. */
static cbank_status begin(cbi_decoder *decoder, cbank_error *err)
{
    static const char mark[] = "\xef\xbb\xbf";
    cbi_bytes held = cbi_bytes_of_buffer(&decoder->held);

    decoder->begun = true;
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        if (held.size >= signatures[i].size &&
            memcmp(held.data, signatures[i].bytes, signatures[i].size) == 0)
            return cbi_fail(err, signatures[i].reason, 0, signatures[i].kind, NULL);
    }
    if (held.size < 3 || memcmp(held.data, mark, 3) != 0)
        return CBANK_OK;
    drop_held(decoder, 3);
    if (decoder->encoding != CBI_ENCODING_UNDECIDED)
        return CBANK_OK;
    decoder->encoding = CBI_ENCODING_UTF8;
    return CBANK_OK;
}

static cbank_status advance(cbi_decoder *decoder, bool whole, cbank_buffer *utf8, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!decoder->begun) {
        if (decoder->held.size < SIGNATURE_MAX && !whole)
            return CBANK_OK;
        CBI_TRY(begin(decoder, err));
    }
    if (decoder->encoding == CBI_ENCODING_UNDECIDED) {
        CBI_TRY(pass_ascii(decoder, utf8, err));
        if (decoder->held.size == 0 || (decoder->held.size < WINDOW_MAX && !whole))
            return CBANK_OK;
        CBI_TRY(decide(decoder, whole, err));
    }
    CBI_TRY(pass_known(decoder, whole, utf8, err));
done:
    return status;
}

cbank_status cbi_decoder_feed(cbi_decoder *decoder, cbi_bytes bytes, cbank_buffer *utf8,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_buffer_append(&decoder->held, bytes, err));
    /* No text holds a zero byte, but every CSV in UTF-16 does, and most workbooks. */
    if (bytes.size > 0 && memchr(bytes.data, 0, bytes.size) != NULL) {
        if (!decoder->begun)
            CBI_TRY(begin(decoder, err));
        status = cbi_fail(err, CBI_REASON_ENCODING_UTF16, 0, "UTF-16", NULL);
        goto done;
    }
    CBI_TRY(advance(decoder, false, utf8, err));
done:
    return status;
}

cbank_status cbi_decoder_end(cbi_decoder *decoder, cbank_buffer *utf8, cbank_error *err)
{
    return advance(decoder, true, utf8, err);
}
