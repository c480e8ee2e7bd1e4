#include "call.h"

#include "fail.h"
#include "memory.h"
#include "options.h"
#include "passphrase.h"
#include "values.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define TOKEN_SIZE 16

cbank_bank *call_open_bank(cli *c)
{
    const char *path = options_text(c, "bank");
    const bytes *passphrase;
    cbank_error err;

    if (c->bank != NULL)
        return c->bank;
    passphrase = passphrase_read(c, "passphrase-file");
    if (passphrase == NULL)
        return NULL;
    if (path == NULL)
        path = getenv("CBANK_BANK");
    if (cbank_bank_open(path, passphrase->data, passphrase->size, &c->bank, &err) != CBANK_OK) {
        c->bank = NULL;
        fail_call(c, &err);
    }
    return c->bank;
}

/* FILE.pub stands for a key whose secret half is elsewhere. */
static bool is_public(const char *path)
{
    size_t size = strlen(path);

    return size > 4 && strcmp(path + size - 4, ".pub") == 0;
}

cbank_key *call_open_key(cli *c, const char *path, const char *passphrase_option)
{
    const bytes *passphrase;
    cbank_key *key = NULL;
    cbank_error err;

    if (is_public(path)) {
        assert(c->key_count < CLI_KEYS_MAX);
        if (cbank_key_open_public(path, &key, &err) != CBANK_OK) {
            fail_call(c, &err);
            return NULL;
        }
        c->keys[c->key_count++] = key;
        return key;
    }
    passphrase = passphrase_read(c, passphrase_option);

    assert(c->key_count < CLI_KEYS_MAX);
    if (passphrase == NULL)
        return NULL;
    if (cbank_key_open(path, passphrase->data, passphrase->size, &key, &err) != CBANK_OK) {
        fail_call(c, &err);
        return NULL;
    }
    c->keys[c->key_count++] = key;
    return key;
}

void call_close(cli *c)
{
    cbank_bank_close(c->bank);
    for (size_t i = 0; i < c->key_count; i++)
        cbank_key_close(c->keys[i]);
    passphrase_forget(c);
}

bytes message_pack(const message *request)
{
    bytes packed = {.size = protobuf_c_message_get_packed_size(request)};

    packed.data = memory_new(packed.size, 1);
    protobuf_c_message_pack(request, packed.data);
    return packed;
}

void message_free(void *reply)
{
    if (reply != NULL)
        protobuf_c_message_free_unpacked(reply, NULL);
}

ProtobufCBinaryData message_bytes(bytes data)
{
    return (ProtobufCBinaryData){.len = data.size, .data = data.data};
}

void *call_reply(cli *c, cbank_status status, const cbank_error *err, cbank_buffer *reply,
                 const message_type *type)
{
    void *unpacked = NULL;

    if (status != CBANK_OK) {
        fail_call(c, err);
    } else {
        unpacked = protobuf_c_message_unpack(type, NULL, reply->size, reply->data);
        if (unpacked == NULL)
            fail_own(c, FAIL_BAD_REPLY, type->short_name);
    }
    cbank_buffer_clear(reply);
    return unpacked;
}

void *call_plain(cli *c, plain_call *call, const message_type *type)
{
    cbank_bank *bank = call_open_bank(c);
    cbank_buffer reply = {0};
    cbank_error err;

    if (bank == NULL)
        return NULL;
    return call_reply(c, call(bank, &reply, &err), &err, &reply, type);
}

/* Where it is not known whether the write happened, the same token asks once more. */
void *call_bank(cli *c, bank_call *call, const message *request, const message_type *type)
{
    cbank_bank *bank = call_open_bank(c);
    cbank_buffer reply = {0};
    cbank_error err;
    cbank_status status;
    bytes packed;

    if (bank == NULL)
        return NULL;
    packed = message_pack(request);
    status = call(bank, packed.data, packed.size, &reply, &err);
    if (status == CBANK_E_UNKNOWN)
        status = call(bank, packed.data, packed.size, &reply, &err);
    memory_free(&packed);
    return call_reply(c, status, &err, &reply, type);
}

void *call_signed(cli *c, signed_call *call, const cbank_key *key, const message *request,
                  const message_type *type)
{
    cbank_bank *bank = key != NULL ? call_open_bank(c) : NULL;
    cbank_buffer reply = {0};
    cbank_error err;
    cbank_status status;
    bytes packed;

    if (bank == NULL)
        return NULL;
    packed = message_pack(request);
    status = call(bank, key, packed.data, packed.size, &reply, &err);
    if (status == CBANK_E_UNKNOWN)
        status = call(bank, key, packed.data, packed.size, &reply, &err);
    memory_free(&packed);
    return call_reply(c, status, &err, &reply, type);
}

bool call_token(cli *c, uint8_t room[16], ProtobufCBinaryData *out)
{
    const char *text = options_text(c, "token");

    *out = (ProtobufCBinaryData){.len = TOKEN_SIZE, .data = room};
    if (text != NULL && !value_hex(text, room, TOKEN_SIZE)) {
        fail_own(c, FAIL_BAD_HEX, text);
        return false;
    }
    if (text == NULL && getrandom(room, TOKEN_SIZE, 0) != TOKEN_SIZE) {
        fail_own(c, FAIL_NO_RANDOM, "getrandom");
        return false;
    }
    return true;
}
