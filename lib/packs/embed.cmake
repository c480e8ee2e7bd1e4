# Writes files into one C source as the table `cbi_builtins` (lib/exchange/builtin.h).
#
# cmake -D OUT=FILE.c -D "FILES=A.yaml;B.yaml" -P embed.cmake
set(data "")
set(rows "")
foreach(file IN LISTS FILES)
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} bytes HEX)
    string(LENGTH "${bytes}" size)
    math(EXPR size "${size} / 2")
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    string(APPEND data "static const uint8_t data_${name}[] = {${bytes}};\n")
    string(APPEND rows "    {\"${name}\", data_${name}, ${size}},\n")
endforeach()
file(WRITE ${OUT} "#include \"exchange/builtin.h\"\n\n${data}\n"
    "const cbi_builtin cbi_builtins[] = {\n${rows}    {NULL, NULL, 0},\n};\n")
