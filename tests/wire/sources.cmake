# Messages made for the tests of lib/wire, and a list of every message of proto/, so that none can
# be forgotten.
set(out ${CMAKE_CURRENT_BINARY_DIR}/wire)
add_custom_command(
    OUTPUT ${out}/shapes.pb-c.c ${out}/shapes.pb-c.h
    COMMAND ${CMAKE_COMMAND} -E make_directory ${out}
    COMMAND ${PROTOC_C} --proto_path=${CMAKE_CURRENT_SOURCE_DIR}/wire --c_out=${out} shapes.proto
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/wire/shapes.proto VERBATIM)
set_source_files_properties(${out}/shapes.pb-c.c PROPERTIES COMPILE_OPTIONS -w)
target_sources(test-wire PRIVATE ${out}/shapes.pb-c.c ${out}/shapes.pb-c.h)
target_include_directories(test-wire PRIVATE ${out})

set(includes "")
set(messages "")
set(maps 0)
foreach(file IN LISTS PROTO_FILES)
    set(path ${PROJECT_SOURCE_DIR}/proto/${file})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    string(REGEX REPLACE "\\.proto$" ".pb-c.h" header ${file})
    string(APPEND includes "#include <${header}>\n")
    get_filename_component(prefix ${file} DIRECTORY)
    string(REPLACE "/" "__" prefix ${prefix})
    file(STRINGS ${path} lines REGEX "^message [A-Za-z0-9]+ {")
    foreach(line IN LISTS lines)
        string(REGEX REPLACE "^message ([A-Za-z0-9]+) {.*" "\\1" name ${line})
        string(REGEX REPLACE "([a-z0-9])([A-Z])" "\\1_\\2" name ${name})
        string(TOLOWER ${name} name)
        string(APPEND messages "    &${prefix}__${name}__descriptor,\n")
    endforeach()
    file(STRINGS ${path} lines REGEX "^ *map *<")
    list(LENGTH lines count)
    math(EXPR maps "${maps} + ${count}")
endforeach()
file(CONFIGURE OUTPUT ${out}/schema.inc CONTENT
"${includes}
static const ProtobufCMessageDescriptor *const schema[] = {
${messages}};
static const unsigned schema_maps = ${maps};
" @ONLY)
