#include "sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX 4096

struct sqlite {
    sqlite3 *db;
    sqlite3_stmt *insert;
};

static void must(sqlite *it, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(it->db));
    exit(1);
}

static void run(sqlite *it, const char *statement)
{
    must(it, sqlite3_exec(it->db, statement, NULL, NULL, NULL));
}

sqlite *sqlite_create(const char *folder)
{
    sqlite *it = calloc(1, sizeof(*it));
    char path[4096];

    if (it == NULL)
        exit(1);
    snprintf(path, sizeof(path), "%s/peer.sqlite", folder);
    must(it, sqlite3_open(path, &it->db));
    run(it, "PRAGMA journal_mode=WAL");
    run(it, "PRAGMA synchronous=FULL");
    run(it, "CREATE TABLE record (number INTEGER PRIMARY KEY, learner TEXT NOT NULL, reference "
            "TEXT NOT NULL UNIQUE, content BLOB NOT NULL)");
    run(it, "CREATE INDEX by_learner ON record (learner, number)");
    must(it, sqlite3_prepare_v2(it->db,
                                "INSERT INTO record (learner, reference, content) VALUES (?,?,?)",
                                -1, &it->insert, NULL));
    return it;
}

void sqlite_close(sqlite *it)
{
    sqlite3_finalize(it->insert);
    sqlite3_close(it->db);
    free(it);
}

void sqlite_store(sqlite *it, const rows *set, uint64_t from, uint64_t to, size_t size,
                  uint32_t transaction)
{
    char content[RECORD_MAX] = "", number[ROWS_NUMBER_SIZE], reference[ROWS_REFERENCE_MAX];

    for (uint64_t record = from; record < to; record++) {
        if ((record - from) % transaction == 0)
            run(it, "BEGIN");
        rows_number(rows_learner(set, record), number);
        rows_reference(set, record, reference);
        memset(content, (int)(record & 0x7f), size);
        must(it, sqlite3_bind_text(it->insert, 1, number, -1, SQLITE_STATIC));
        must(it, sqlite3_bind_text(it->insert, 2, reference, -1, SQLITE_STATIC));
        must(it, sqlite3_bind_blob(it->insert, 3, content, (int)size, SQLITE_STATIC));
        must(it, sqlite3_step(it->insert));
        must(it, sqlite3_reset(it->insert));
        if ((record - from + 1) % transaction == 0 || record + 1 == to)
            run(it, "COMMIT");
    }
}
