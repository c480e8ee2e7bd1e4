/* Bytes of any encoding: the text does not depend on the pieces in which they come. */
#include "exchange/encoding.h"
#include "fuzz/fuzz.h"

static cbank_status decode(cbi_encoding encoding, cbi_bytes input, size_t piece,
                           cbank_buffer *text)
{
    cbi_decoder *decoder = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_decoder_new(encoding, &decoder, NULL));
    while (input.size > 0) {
        size_t size = piece < input.size ? piece : input.size;

        CBI_TRY(cbi_decoder_feed(decoder, cbi_bytes_of(input.data, size), text, NULL));
        input.data += size;
        input.size -= size;
    }
    CBI_TRY(cbi_decoder_end(decoder, text, NULL));
done:
    cbi_decoder_free(decoder);
    return status;
}

void fuzz_encoding(cbi_bytes input)
{
    cbi_encoding encoding = (cbi_encoding)fuzz_choose(&input, 3);
    size_t piece = 1 + fuzz_choose(&input, 64);
    cbank_buffer whole = {0}, pieces = {0};
    cbank_status one = decode(encoding, input, input.size, &whole);
    cbank_status many = decode(encoding, input, piece, &pieces);

    fuzz_require((one == CBANK_OK) == (many == CBANK_OK), "pieces do not change the answer");
    if (one == CBANK_OK)
        fuzz_require(cbi_bytes_equal(cbi_bytes_of_buffer(&whole), cbi_bytes_of_buffer(&pieces)),
                     "pieces do not change the text");
    cbank_buffer_clear(&whole);
    cbank_buffer_clear(&pieces);
}
