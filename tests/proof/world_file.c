/* The directory and the status files of world.h. */
#include "proof/world.h"

#include <criterion/criterion.h>

#include <string.h>

#include "proof/assembly.h"
#include "record/lifecycle.h"

#define INSTITUTIONS 3

static ProtobufCBinaryData hash_data(const cbi_hash *hash)
{
    return cbi_message_data(cbi_bytes_of_hash(hash));
}

static ProtobufCBinaryData key_data(const cbi_private *key)
{
    return cbi_message_data(cbi_public_bytes(cbi_private_public(key)));
}

static void add_institution(const world_institution *from, cbi_assembly *assembly)
{
    Cbank__V1__DirectoryInstitution message = CBANK__V1__DIRECTORY_INSTITUTION__INIT;
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT;
    Cbank__V1__DatedName *names[] = {&name};
    Cbank__V1__InstitutionKey keys[4];
    Cbank__V1__InstitutionKey *pointers[4];

    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string(from->name);
    message.institution = cbi_message_string(from->code);
    message.n_names = 1;
    message.names = names;
    message.status = from->suspended ? CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED
                                     : CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE;
    message.status_index = from->status_index;
    for (size_t i = 0; i < from->key_count; i++) {
        cbank__v1__institution_key__init(&keys[i]);
        keys[i].public_key = key_data(from->keys[i].key);
        keys[i].from_index = from->keys[i].from;
        keys[i].until_index = from->keys[i].until;
        keys[i].request = cbi_message_data(from->keys[i].request);
        keys[i].compromised_since = from->keys[i].compromised;
        pointers[i] = &keys[i];
    }
    message.n_keys = from->key_count;
    message.keys = pointers;
    cr_assert_eq(cbi_assembly_add_message(assembly, &message, NULL), CBANK_OK);
}

cbi_bytes world_directory(world *it)
{
    const world_institution *sorted[INSTITUTIONS] = {&it->rotated, &it->vouched, &it->own};
    Cbank__V1__DirectoryHead head = CBANK__V1__DIRECTORY_HEAD__INIT;
    const cbi_private *root_key = it->root_key;
    Cbank__V1__LogKey *log_keys[3];
    cbi_assembly assembly = {0};
    cbank_buffer file = {0};
    cbi_hash root = world_root(it, it->size), digest;

    cr_assert_eq(cbi_assembly_begin(it->suite, &assembly, NULL), CBANK_OK);
    for (size_t i = 0; i < INSTITUTIONS; i++)
        add_institution(sorted[i], &assembly);
    cr_assert_eq(cbi_assembly_digest(&assembly, &digest, NULL), CBANK_OK);
    for (size_t i = 0; i < it->log_key_count; i++)
        log_keys[i] = &it->log_keys[i];
    head.version = 1; /* what it says of keys is read whatever the version */
    head.origin = cbi_message_string(it->origin);
    head.suite = (Cbank__V1__Suite)it->suite;
    head.number = 1;
    head.at = it->clock;
    head.expires_at = WORLD_EXPIRES;
    head.root_key = key_data(it->root_key);
    head.n_successions = it->succession_count;
    head.successions = it->successions;
    head.n_log_keys = it->log_key_count;
    head.log_keys = log_keys;
    head.size = it->size;
    head.root = hash_data(&root);
    head.checkpoint = cbi_message_data(world_checkpoint(it, it->size));
    head.institutions = INSTITUTIONS;
    head.body_digest = hash_data(&digest);
    cr_assert_eq(cbi_assembly_finish(&assembly, CBI_DIRECTORY_TYPE, &head, &root_key, 1, &file,
                                     NULL),
                 CBANK_OK);
    cbi_assembly_clear(&assembly);
    return world_keep_buffer(it, &file);
}

void world_open_directory(world *it, cbi_directory *out)
{
    cbi_hash fingerprint = world_fingerprint(it->root_key);
    cbank_error err = {0};

    *out = (cbi_directory){0};
    cr_assert_eq(cbi_directory_open(world_directory(it), &fingerprint, WORLD_AT, out, &err),
                 CBANK_OK, "reason %d, %s", (int)err.reason, err.object);
}

static void add_rows(const cbi_status_row *records, size_t record_count,
                     const cbi_status_row *accounts, size_t account_count, cbi_assembly *assembly)
{
    Cbank__V1__StatusPage page = CBANK__V1__STATUS_PAGE__INIT;
    Cbank__V1__RecordStatus record_messages[16];
    Cbank__V1__RecordStatus *record_list[16];
    Cbank__V1__AccountStatus account_messages[16];
    Cbank__V1__AccountStatus *account_list[16];

    cr_assert(record_count <= 16 && account_count <= 16);
    for (size_t i = 0; i < record_count; i++) {
        cbank__v1__record_status__init(&record_messages[i]);
        record_messages[i].record = hash_data(&records[i].id);
        record_messages[i].state = (Cbank__V1__RecordState)records[i].state;
        record_list[i] = &record_messages[i];
    }
    for (size_t i = 0; i < account_count; i++) {
        cbank__v1__account_status__init(&account_messages[i]);
        account_messages[i].tag = hash_data(&accounts[i].id);
        account_messages[i].state = (Cbank__V1__AccountState)accounts[i].state;
        account_list[i] = &account_messages[i];
    }
    page.n_records = record_count;
    page.records = record_list;
    page.n_accounts = account_count;
    page.accounts = account_list;
    cr_assert_eq(cbi_assembly_add_message(assembly, &page, NULL), CBANK_OK);
}

/* Of what the assembly has, which is cleared. */
static cbi_bytes sign_status(world *it, cbi_assembly *assembly, uint32_t version,
                             int64_t expires_at)
{
    Cbank__V1__StatusHead head = CBANK__V1__STATUS_HEAD__INIT;
    const cbi_private *log_key = it->log_key;
    cbank_buffer file = {0};
    cbi_hash root = world_root(it, it->size), digest;

    cr_assert_eq(cbi_assembly_digest(assembly, &digest, NULL), CBANK_OK);
    head.version = version;
    head.origin = cbi_message_string(it->origin);
    head.number = 1;
    head.at = it->clock;
    head.expires_at = expires_at;
    head.size = it->size;
    head.root = hash_data(&root);
    head.checkpoint = cbi_message_data(world_checkpoint(it, it->size));
    head.pages = assembly->parts;
    head.body_digest = hash_data(&digest);
    cr_assert_eq(cbi_assembly_finish(assembly, CBI_STATUS_TYPE, &head, &log_key, 1, &file, NULL),
                 CBANK_OK);
    cbi_assembly_clear(assembly);
    return world_keep_buffer(it, &file);
}

cbi_bytes world_status(world *it, const cbi_status_row *records, size_t record_count,
                       const cbi_status_row *accounts, size_t account_count, int64_t expires_at)
{
    cbi_assembly assembly = {0};

    cr_assert_eq(cbi_assembly_begin(it->suite, &assembly, NULL), CBANK_OK);
    if (record_count + account_count > 0)
        add_rows(records, record_count, accounts, account_count, &assembly);
    return sign_status(it, &assembly, 1, expires_at);
}

cbi_bytes world_disclosures(world *it, const cbi_status_disclosure *rows, size_t count)
{
    Cbank__V1__StatusPage page = CBANK__V1__STATUS_PAGE__INIT;
    Cbank__V1__DisclosureStatus items[8], *list[8];
    cbi_assembly assembly = {0};

    cr_assert_leq(count, 8);
    for (size_t i = 0; i < count; i++) {
        cbank__v1__disclosure_status__init(&items[i]);
        items[i].transcript = hash_data(&rows[i].id);
        items[i].state = (Cbank__V1__DisclosureState)rows[i].state;
        items[i].expires_at = rows[i].expires_at;
        list[i] = &items[i];
    }
    page.disclosures = list;
    page.n_disclosures = count;
    cr_assert_eq(cbi_assembly_begin(it->suite, &assembly, NULL), CBANK_OK);
    cr_assert_eq(cbi_assembly_add_message(&assembly, &page, NULL), CBANK_OK);
    return sign_status(it, &assembly, 2, WORLD_EXPIRES);
}

/* The record's last change decides; what is held is not listed. */
static size_t list_records(const world_chain *chain, cbi_status_row *rows, size_t count)
{
    for (size_t i = 0; i < chain->count; i++) {
        const world_entry *entry = &chain->entries[i];
        cbi_record_state state = CBI_RECORD_HELD;

        if (entry->entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
            continue;
        for (size_t j = i + 1; j < chain->count; j++) {
            const world_item *item = chain->entries[j].batch == NULL
                                         ? NULL
                                         : &chain->entries[j].batch
                                                ->items[chain->entries[j].position];
            Cbank__V1__CreditChange *change = NULL;

            if (item == NULL || item->touched != entry)
                continue;
            cr_assert_eq(cbi_credit_change_parse(item->bytes, &change, NULL), CBANK_OK);
            cr_assert_eq(cbi_record_state_step(&state, change->action, NULL), CBANK_OK);
            cbi_message_free(change);
        }
        if (state != CBI_RECORD_HELD)
            rows[count++] = (cbi_status_row){entry->batch->items[entry->position].id,
                                             (uint8_t)state};
    }
    return count;
}

static size_t list_account(const world_chain *chain, cbi_status_row *rows, size_t count)
{
    cbi_lifecycle life = {0};
    int state;

    for (size_t i = 0; i < chain->count; i++) {
        cbi_statement statement = {0};

        cr_assert_eq(cbi_statement_parse(chain->entries[i].statement, &statement, NULL),
                     CBANK_OK);
        (void)cbi_lifecycle_step(&life, (int)statement.kind->kind, NULL);
        cbi_statement_clear(&statement);
    }
    state = (int)cbi_life_listed(life.life);
    if (state != 0)
        rows[count++] = (cbi_status_row){chain->tag, (uint8_t)state};
    return count;
}

cbi_bytes world_true_status(world *it, world_learner *const *learners, size_t count)
{
    cbi_status_row records[WORLD_CHAIN_MAX], accounts[16];
    size_t record_count = 0, account_count = 0;

    for (size_t i = 0; i < count; i++) {
        record_count = list_records(&learners[i]->chain, records, record_count);
        account_count = list_account(&learners[i]->chain, accounts, account_count);
    }
    return world_status(it, records, record_count, accounts, account_count, WORLD_EXPIRES);
}
