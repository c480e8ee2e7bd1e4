#include "api/face.h"
#include "bank/holding.h"
#include "ledger/epoch.h"
#include "proof/checkpoint.h"
#include "proof/tlogproof.h"

#include "cbank/api/v1/log.pb-c.h"

cbank_status cbank_log_checkpoint(cbank_bank *handle, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CheckpointReply message = CBANK__API__V1__CHECKPOINT_REPLY__INIT;
    cbank_status status = CBANK_OK;
    cbi_bank *bank = NULL;
    cbi_sealed sealed;

    CBI_REQUIRE(handle != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(handle, &bank, err));
    CBI_TRY(cbi_ledger_view(bank->ledger, &sealed, err));
    message.origin = bank->config.origin;
    message.size = sealed.size;
    message.root = cbi_message_data(cbi_bytes_of_hash(&sealed.root));
    message.note = cbi_message_data(cbi_sealed_note(&sealed));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    return status;
}

/* The entry of the record with this id, as the log hashed it, and its proof. */
static cbank_status prove(cbi_reader *reader, const char *id, cbank_buffer *reply,
                          cbank_error *err)
{
    Cbank__Api__V1__ProveReply message = CBANK__API__V1__PROVE_REPLY__INIT;
    uint8_t leaf[CBI_ENTRY_SIZE];
    cbi_holding holding = {0};
    cbank_buffer proof = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    cbi_path path;

    CBI_TRY(cbi_holding_find(reader->txn, reader->hasher, id, &holding, err));
    CBI_TRY(cbi_history_read(reader, holding.index, &logged, err));
    CBI_TRY(cbi_history_inclusion(reader, holding.index, reader->sealed.size, &path, err));
    CBI_TRY(cbi_tlog_proof_encode(holding.index, path.hashes, path.count,
                                  cbi_sealed_note(&reader->sealed), &proof, err));
    cbi_entry_encode(&logged.entry, leaf);
    message.proof = cbi_message_data(cbi_bytes_of_buffer(&proof));
    message.leaf = cbi_message_data(cbi_bytes_of(leaf, sizeof(leaf)));
    message.index = holding.index;
    message.size = reader->sealed.size;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_holding_clear(&holding);
    cbank_buffer_clear(&proof);
    return status;
}

cbank_status cbank_log_prove(cbank_bank *handle, const uint8_t *bytes, size_t size,
                             cbank_buffer *reply, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bank *bank = NULL;
    Cbank__Api__V1__ProveRequest *request = NULL;
    cbi_reader reader = {0};

    CBI_REQUIRE(handle != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(handle, &bank, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__prove_request__descriptor, bytes, size, &request,
                             err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(prove(&reader, request->id, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_message_free(request);
    return status;
}

/* The signed note of this size; the log keeps one for each commit that another followed. */
static cbank_status find_note(cbi_reader *reader, uint64_t size, cbank_buffer *out,
                              cbank_error *err)
{
    cbank_status status;
    uint8_t key[8];

    if (size == reader->sealed.size)
        return cbi_buffer_set(out, cbi_sealed_note(&reader->sealed), err);
    cbi_put_u64(key, size);
    status = cbi_txn_get(reader->txn, CBI_TABLE_NOTE, cbi_bytes_of(key, sizeof(key)), out, err);
    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

static cbank_status check_sizes(const cbi_reader *reader, uint64_t from, uint64_t to,
                                cbank_error *err)
{
    if (from <= to && to <= reader->sealed.size)
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_LOG_SIZES, reader->sealed.size, "from, to", "%llu, %llu",
                    (unsigned long long)from, (unsigned long long)to);
}

/* Both notes, which no proof can join. The reply is written, and the answer is FORK. */
static cbank_status report_fork(cbi_reader *reader, cbi_bytes seen, uint64_t size,
                                cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ConsistencyReply message = CBANK__API__V1__CONSISTENCY_REPLY__INIT;
    ProtobufCBinaryData notes[2];
    cbank_status status = CBANK_OK;
    cbank_buffer own = {0};
    bool beyond = size > reader->sealed.size;

    /* One of the same size says it without any hash; the newest does with a few. */
    if (!beyond)
        CBI_TRY(find_note(reader, size, &own, err));
    if (own.size == 0)
        CBI_TRY(cbi_buffer_set(&own, cbi_sealed_note(&reader->sealed), err));
    notes[0] = cbi_message_data(seen);
    notes[1] = cbi_message_data(cbi_bytes_of_buffer(&own));
    message.fork_notes = notes;
    message.n_fork_notes = 2;
    CBI_TRY(cbi_face_reply(&message, reply, err));
    status = cbi_fail(err, beyond ? CBI_REASON_LOG_ELSEWHERE : CBI_REASON_LOG_FORKED, size, "seen",
                      "%llu", (unsigned long long)reader->sealed.size);
done:
    cbank_buffer_clear(&own);
    return status;
}

/* Sets `from` to the size of the note that was seen, if it is this log that it speaks of. */
static cbank_status check_seen(const cbi_bank *bank, cbi_reader *reader, cbi_bytes seen,
                               uint64_t *from, cbank_buffer *reply, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_epochs epochs;
    cbi_sealed checkpoint;
    cbi_hash root = {0};

    CBI_REQUIRE(*from == 0, err);
    CBI_TRY(cbi_epochs_read(reader->txn, bank->config.suite, &epochs, err));
    CBI_TRY(cbi_epochs_check_note(&epochs, cbi_private_public(bank->log_key.key), seen,
                                  bank->config.origin, &checkpoint, NULL, err));
    if (checkpoint.size <= reader->sealed.size)
        CBI_TRY(cbi_history_root(reader, checkpoint.size, &root, err));
    if (checkpoint.size > reader->sealed.size || !cbi_hash_equal(&root, &checkpoint.root))
        return report_fork(reader, seen, checkpoint.size, reply, err);
    *from = checkpoint.size;
done:
    return status;
}

static cbank_status join(cbi_reader *reader, uint64_t from, uint64_t to, cbank_buffer *reply,
                         cbank_error *err)
{
    Cbank__Api__V1__ConsistencyReply message = CBANK__API__V1__CONSISTENCY_REPLY__INIT;
    ProtobufCBinaryData hashes[CBI_CONSISTENCY_MAX];
    cbank_buffer note = {0};
    cbank_status status = CBANK_OK;
    cbi_hash from_root, to_root;
    cbi_path path;

    CBI_TRY(check_sizes(reader, from, to, err));
    CBI_TRY(cbi_history_root(reader, from, &from_root, err));
    CBI_TRY(cbi_history_root(reader, to, &to_root, err));
    CBI_TRY(cbi_history_consistency(reader, from, to, &path, err));
    CBI_TRY(find_note(reader, to, &note, err));
    for (size_t i = 0; i < path.count; i++)
        hashes[i] = cbi_message_data(cbi_bytes_of_hash(&path.hashes[i]));
    message.from = from;
    message.to = to;
    message.from_root = cbi_message_data(cbi_bytes_of_hash(&from_root));
    message.to_root = cbi_message_data(cbi_bytes_of_hash(&to_root));
    message.path = hashes;
    message.n_path = path.count;
    message.note = cbi_message_data(cbi_bytes_of_buffer(&note));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbank_buffer_clear(&note);
    return status;
}

cbank_status cbank_log_consistency(cbank_bank *handle, const uint8_t *bytes, size_t size,
                                   cbank_buffer *reply, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bank *bank = NULL;
    Cbank__Api__V1__ConsistencyRequest *request = NULL;
    cbi_reader reader = {0};
    uint64_t from;

    CBI_REQUIRE(handle != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(handle, &bank, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__consistency_request__descriptor, bytes, size,
                             &request, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    from = request->from;
    if (request->seen.len > 0)
        CBI_TRY(check_seen(bank, &reader, cbi_message_bytes(request->seen), &from, reply, err));
    CBI_TRY(join(&reader, from, request->to != 0 ? request->to : reader.sealed.size, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_message_free(request);
    return status;
}
