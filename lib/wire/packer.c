#include "wire/packer.h"

#include <string.h>

#include "base/limits.h"
#include "wire/field.h"
#include "wire/shape.h"

/* Bytes of the field's tag, or of a length. */
#define HEAD_MAX CBI_VARINT_MAX

typedef struct frame {
    const ProtobufCMessageDescriptor *type;
    const char *message;
    unsigned field;  /* at hand */
    unsigned end;    /* behind the last one to be written */
    size_t element;  /* of a list of messages: the next one */
    size_t size_at;  /* in the buffer: the byte kept for the length; what it counts follows */
} frame;

typedef struct packer {
    cbank_buffer *out;
    cbank_error *err;
    frame *top;
    frame frames[CBI_NESTING_MAX];
} packer;

/* ---- what is written ------------------------------------------------------------------------ */

static inline cbank_status reserve(packer *it, size_t size)
{
    return it->out->size + size <= it->out->capacity
               ? CBANK_OK
               : cbi_buffer_reserve(it->out, size, it->err);
}

/* Where there is room. */
static inline void put_varint(packer *it, uint64_t value)
{
    uint8_t *at = it->out->data + it->out->size;

    if (value < 0x80) {
        *at = (uint8_t)value;
        it->out->size++;
    } else {
        it->out->size += cbi_varint_write(value, at);
    }
}

static inline void put_tag(packer *it, const ProtobufCFieldDescriptor *field, cbi_field_form form)
{
    put_varint(it, (uint64_t)field->id << 3 | form);
}

static cbank_status put_bytes(packer *it, const ProtobufCFieldDescriptor *field, cbi_bytes bytes)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(reserve(it, 2 * HEAD_MAX + bytes.size));
    put_tag(it, field, CBI_FIELD_BYTES);
    put_varint(it, bytes.size);
    if (bytes.size > 0)
        memcpy(it->out->data + it->out->size, bytes.data, bytes.size);
    it->out->size += bytes.size;
done:
    return status;
}

/* Keeps a byte for the length of what is written next. */
static cbank_status begin_sized(packer *it, const ProtobufCFieldDescriptor *field, size_t *size_at)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(reserve(it, HEAD_MAX + 1));
    put_tag(it, field, CBI_FIELD_BYTES);
    *size_at = it->out->size++;
done:
    return status;
}

/* Writes it, and moves what it counts where it takes more than that byte. */
static cbank_status end_sized(packer *it, size_t size_at)
{
    size_t size = it->out->size - size_at - 1;
    cbank_status status = CBANK_OK;
    uint8_t varint[CBI_VARINT_MAX];
    size_t used = cbi_varint_write(size, varint);

    if (used > 1) {
        CBI_TRY(reserve(it, used - 1));
        memmove(it->out->data + size_at + used, it->out->data + size_at + 1, size);
        it->out->size += used - 1;
    }
    memcpy(it->out->data + size_at, varint, used);
done:
    return status;
}

/* ---- what is read --------------------------------------------------------------------------- */

/* As protobuf writes it: a negative one has 64 bits. */
static uint64_t read_number(ProtobufCType type, const char *place)
{
    uint64_t value;
    uint32_t half;

    if (cbi_shape_width(type) == sizeof(value)) {
        memcpy(&value, place, sizeof(value));
        return value;
    }
    memcpy(&half, place, sizeof(half));
    if (type == PROTOBUF_C_TYPE_BOOL)
        return half != 0;
    return type == PROTOBUF_C_TYPE_UINT32 ? half : (uint64_t)(int64_t)(int32_t)half;
}

static cbi_bytes read_text(const char *place)
{
    const char *text;

    memcpy(&text, place, sizeof(text));
    return cbi_bytes_of_text(text);
}

static cbi_bytes read_bytes(const char *place)
{
    ProtobufCBinaryData data;

    memcpy(&data, place, sizeof(data));
    return cbi_bytes_of(data.data, data.len);
}

static const char *read_pointer(const char *place)
{
    const char *pointer;

    memcpy(&pointer, place, sizeof(pointer));
    return pointer;
}

/* How many elements a list has. */
static size_t count_of(const frame *top, const ProtobufCFieldDescriptor *field)
{
    size_t count;

    memcpy(&count, top->message + field->quantifier_offset, sizeof(count));
    return count;
}

/* Nothing to write? Most fields of most messages; false for shapes that are none of ours. */
static inline bool is_absent(const frame *top, const ProtobufCFieldDescriptor *field)
{
    const char *place = top->message + field->offset;
    cbi_shape shape;

    if (cbi_shape_is_list(field))
        return count_of(top, field) == 0;
    shape = cbi_shape_of(field);
    if (shape == CBI_SHAPE_NUMBER)
        return read_number(field->type, place) == 0;
    if (shape == CBI_SHAPE_BYTES)
        return read_bytes(place).size == 0;
    if (shape == CBI_SHAPE_UNSUPPORTED)
        return false;
    return read_pointer(place) == NULL ||
           (shape == CBI_SHAPE_TEXT && read_pointer(place)[0] == '\0');
}

/* ---- fields that are there ------------------------------------------------------------------ */

static cbank_status pack_number(packer *it, const ProtobufCFieldDescriptor *field)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(reserve(it, 2 * HEAD_MAX));
    put_tag(it, field, CBI_FIELD_NUMBER);
    put_varint(it, read_number(field->type, it->top->message + field->offset));
done:
    return status;
}

static cbank_status pack_numbers(packer *it, const ProtobufCFieldDescriptor *field)
{
    const char *list = read_pointer(it->top->message + field->offset);
    size_t count = count_of(it->top, field);
    cbank_status status = CBANK_OK;
    size_t size_at;

    CBI_TRY(begin_sized(it, field, &size_at));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(reserve(it, CBI_VARINT_MAX));
        put_varint(it, read_number(field->type, list + i * cbi_shape_width(field->type)));
    }
    CBI_TRY(end_sized(it, size_at));
done:
    return status;
}

/* A text or bytes, or a list of them, where some may be empty. */
static cbank_status pack_content(packer *it, const ProtobufCFieldDescriptor *field, bool is_text)
{
    const char *place = it->top->message + field->offset;
    cbank_status status = CBANK_OK;
    size_t count = 1, step = 0;
    cbi_bytes content;

    if (cbi_shape_is_list(field)) {
        count = count_of(it->top, field);
        step = is_text ? sizeof(char *) : sizeof(ProtobufCBinaryData);
        place = read_pointer(place);
    }
    for (size_t i = 0; i < count; i++) {
        content = is_text ? read_text(place + i * step) : read_bytes(place + i * step);
        CBI_TRY(put_bytes(it, field, content));
    }
done:
    return status;
}

static cbank_status enter(packer *it, const ProtobufCMessageDescriptor *type, const char *message,
                          size_t size_at)
{
    if (it->top == &it->frames[CBI_NESTING_MAX - 1])
        return cbi_fail(it->err, CBI_REASON_MESSAGE_NESTING, 0, type->short_name, NULL);
    it->top = it->top == NULL ? it->frames : it->top + 1;
    *it->top = (frame){
        .type = type, .message = message, .end = type->n_fields, .size_at = size_at};
    return CBANK_OK;
}

/* The message in the field, or the next one of its list, after the last of which it is done. */
static cbank_status pack_message(packer *it, const ProtobufCFieldDescriptor *field)
{
    frame *top = it->top;
    const char *place = top->message + field->offset;
    cbank_status status = CBANK_OK;
    const char *message;
    size_t size_at;

    if (cbi_shape_is_list(field)) {
        if (top->element == count_of(top, field)) {
            top->element = 0;
            top->field++;
            return CBANK_OK;
        }
        place = read_pointer(place) + top->element++ * sizeof(message);
    } else {
        top->field++;
    }
    message = read_pointer(place);
    if (message == NULL)
        return CBANK_OK;
    CBI_TRY(begin_sized(it, field, &size_at));
    CBI_TRY(enter(it, field->descriptor, message, size_at));
done:
    return status;
}

static void skip_absent(frame *top)
{
    const ProtobufCFieldDescriptor *field = top->type->fields + top->field;
    const ProtobufCFieldDescriptor *end = top->type->fields + top->end;

    while (field < end && is_absent(top, field))
        field++;
    top->field = (unsigned)(field - top->type->fields);
}

static cbank_status pack_field(packer *it)
{
    frame *top = it->top;
    const ProtobufCFieldDescriptor *field = &top->type->fields[top->field];
    cbi_shape shape = cbi_shape_of(field);

    if (shape == CBI_SHAPE_MESSAGE)
        return pack_message(it, field);
    top->field++;
    switch (shape) {
    case CBI_SHAPE_NUMBER:
        return cbi_shape_is_list(field) ? pack_numbers(it, field) : pack_number(it, field);
    case CBI_SHAPE_TEXT:
    case CBI_SHAPE_BYTES:
        return pack_content(it, field, shape == CBI_SHAPE_TEXT);
    default:
        return cbi_fail(it->err, CBI_REASON_MESSAGE_TYPE, 0, field->name, "%s",
                        top->type->short_name);
    }
}

/* How many of the fields have a number up to this; they stand in the order of their numbers. */
static unsigned count_up_to(const ProtobufCMessageDescriptor *type, uint32_t number)
{
    unsigned low = 0, high = type->n_fields;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;

        if (type->fields[middle].id <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void narrow(frame *top, const cbi_packer_span *span)
{
    top->field = span->first == 0 ? 0 : count_up_to(top->type, span->first - 1);
    top->end = count_up_to(top->type, span->last);
}

cbank_status cbi_packer_append(const ProtobufCMessage *message, const cbi_packer_span *span,
                               cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t before = out->size;
    packer it;

    it.out = out;
    it.err = err;
    it.top = NULL;
    CBI_TRY(enter(&it, message->descriptor, (const char *)message, 0));
    if (span != NULL)
        narrow(it.top, span);
    for (;;) {
        skip_absent(it.top);
        if (it.top->field < it.top->end) {
            CBI_TRY(pack_field(&it));
        } else if (it.top == it.frames) {
            break;
        } else {
            CBI_TRY(end_sized(&it, it.top->size_at));
            it.top--;
        }
    }
done:
    if (status != CBANK_OK)
        out->size = before;
    return status;
}
