#include "exchange/archive.h"

#include <string.h>
#include <zip.h>

#include "base/memory.h"

#define RATIO_FREE (16u * 1024 * 1024)
#define END_SIZE 22u /* of the record at the end of a zip file, without its comment */
#define COMMENT_MAX 65535u

struct cbi_archive {
    zip_t *zip;
    zip_file_t *part;
    uint64_t inflated;
    uint64_t allowed;
};

static cbank_status broken(cbank_error *err, const char *what)
{
    return cbi_fail(err, CBI_REASON_WORKBOOK_BROKEN, 0, what, NULL);
}

static uint32_t number_at(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

/* How many parts the file says that it has, before anything is made of them. */
static bool count_parts(cbi_bytes file, uint32_t *out)
{
    size_t least = file.size > END_SIZE + COMMENT_MAX ? file.size - END_SIZE - COMMENT_MAX : 0;

    for (size_t at = file.size < END_SIZE ? 0 : file.size - END_SIZE + 1; at > least; at--) {
        if (memcmp(file.data + at - 1, "PK\x05\x06", 4) == 0) {
            *out = number_at(file.data + at - 1 + 10);
            return true;
        }
    }
    return false;
}

cbank_status cbi_archive_open(cbi_bytes file, cbi_archive **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_archive *archive = NULL;
    zip_source_t *source = NULL;
    zip_error_t why;
    uint32_t parts = 0;

    if (file.size > CBI_ARCHIVE_MAX)
        return cbi_fail(err, CBI_REASON_WORKBOOK_LIMIT, 0, "file", "%u bytes", CBI_ARCHIVE_MAX);
    if (!count_parts(file, &parts))
        return broken(err, "zip");
    if (parts > CBI_ARCHIVE_PARTS_MAX)
        return cbi_fail(err, CBI_REASON_WORKBOOK_LIMIT, 0, "parts", "%u", parts);
    zip_error_init(&why);
    CBI_TRY(cbi_alloc(1, sizeof(*archive), &archive, err));
    source = zip_source_buffer_create(file.data, file.size, 0, &why);
    if (source == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_NO_MEMORY, 0, NULL, NULL));
    archive->zip = zip_open_from_source(source, ZIP_RDONLY, &why);
    if (archive->zip == NULL)
        CBI_TRY(broken(err, "zip"));
    source = NULL; /* the archive's now */
    *out = archive;
    archive = NULL;
done:
    if (source != NULL)
        zip_source_free(source);
    cbi_archive_close(archive);
    return status;
}

void cbi_archive_close(cbi_archive *archive)
{
    if (archive == NULL)
        return;
    if (archive->part != NULL)
        zip_fclose(archive->part);
    if (archive->zip != NULL)
        zip_discard(archive->zip);
    cbi_free(archive);
}

bool cbi_archive_has(const cbi_archive *archive, const char *name)
{
    return zip_name_locate(archive->zip, name, ZIP_FL_NOCASE) >= 0;
}

cbank_status cbi_archive_begin(cbi_archive *archive, const char *name, cbank_error *err)
{
    zip_int64_t index = zip_name_locate(archive->zip, name, ZIP_FL_NOCASE);
    zip_stat_t stat;

    if (archive->part != NULL)
        zip_fclose(archive->part);
    archive->part = NULL;
    if (index < 0 || zip_stat_index(archive->zip, (zip_uint64_t)index, 0, &stat) != 0 ||
        (stat.valid & ZIP_STAT_COMP_SIZE) == 0)
        return broken(err, name);
    archive->part = zip_fopen_index(archive->zip, (zip_uint64_t)index, 0);
    if (archive->part == NULL)
        return broken(err, name);
    archive->inflated = 0;
    archive->allowed = CBI_ARCHIVE_PART_MAX;
    if (stat.comp_size < CBI_ARCHIVE_PART_MAX / CBI_ARCHIVE_RATIO_MAX)
        archive->allowed = RATIO_FREE + stat.comp_size * CBI_ARCHIVE_RATIO_MAX;
    return CBANK_OK;
}

cbank_status cbi_archive_read(cbi_archive *archive, uint8_t *out, size_t capacity, size_t *size,
                              cbank_error *err)
{
    zip_int64_t got = zip_fread(archive->part, out, capacity);

    if (got < 0)
        return broken(err, "zip");
    archive->inflated += (uint64_t)got;
    if (archive->inflated > archive->allowed)
        return cbi_fail(err, CBI_REASON_WORKBOOK_LIMIT, 0, "inflated", "%llu bytes",
                        (unsigned long long)archive->allowed);
    *size = (size_t)got;
    return CBANK_OK;
}
