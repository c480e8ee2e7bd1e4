# tests/base/heap.c sees what the layer asks of the heap.
target_link_options(test-base PRIVATE
    LINKER:--wrap=malloc,--wrap=calloc,--wrap=strdup,--wrap=free)
