#include "proof/tlogproof.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "proof/lines.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

cbank_status cbi_tlog_proof_encode(uint64_t index, const cbi_hash *path, size_t count,
                                   cbi_bytes note, cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t begin = out->size;
    char head[sizeof(FIRST_LINE) + 32];

    CBI_REQUIRE(count <= CBI_PROOF_PATH_MAX, err);
    snprintf(head, sizeof(head), FIRST_LINE "\nindex %" PRIu64 "\n", index);
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(head), err));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(cbi_base64_encode(cbi_bytes_of_hash(&path[i]), out, err));
        CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text("\n"), err));
    }
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text("\n"), err));
    CBI_TRY(cbi_buffer_append(out, note, err));
done:
    if (status != CBANK_OK)
        out->size = begin;
    return status;
}

static bool read_hash(cbi_bytes line, cbi_hash *out)
{
    size_t size;

    return cbi_base64_decode(line, out->bytes, CBI_HASH_SIZE, &size) && size == CBI_HASH_SIZE;
}

/* Up to and with the empty line. */
static cbank_status read_path(cbi_bytes *rest, cbi_tlog_proof *proof, cbank_error *err)
{
    cbi_bytes line;

    proof->count = 0;
    while (cbi_lines_next(rest, &line)) {
        if (line.size == 0)
            return CBANK_OK;
        if (proof->count == CBI_PROOF_PATH_MAX)
            return cbi_fail(err, CBI_REASON_BAD_TLOG_PROOF, proof->count, NULL, "path too long");
        if (!read_hash(line, &proof->path[proof->count]))
            return cbi_fail(err, CBI_REASON_BAD_TLOG_PROOF, proof->count, NULL, "hash");
        proof->count++;
    }
    return cbi_fail(err, CBI_REASON_BAD_TLOG_PROOF, proof->count, NULL, "no checkpoint");
}

cbank_status cbi_tlog_proof_decode(cbi_bytes text, cbi_tlog_proof *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes rest = text;
    cbi_bytes line;
    cbi_tlog_proof read;

    if (!cbi_lines_next(&rest, &line) || !cbi_bytes_equal(line, cbi_bytes_of_text(FIRST_LINE)))
        return cbi_fail(err, CBI_REASON_BAD_TLOG_PROOF, 0, NULL, "first line");
    if (!cbi_lines_next(&rest, &line) || !cbi_lines_skip(&line, cbi_bytes_of_text("index ")) ||
        !cbi_u64_parse(line, &read.index))
        return cbi_fail(err, CBI_REASON_BAD_TLOG_PROOF, 0, NULL, "index");
    CBI_TRY(read_path(&rest, &read, err));
    if (rest.size == 0 || rest.size > CBI_NOTE_MAX)
        return cbi_fail(err, CBI_REASON_BAD_TLOG_PROOF, rest.size, NULL, "size of the checkpoint");
    read.note = rest;
    *out = read;
done:
    return status;
}
