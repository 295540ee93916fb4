#include <stddef.h>
#include <stdint.h>

// libFuzzer's own entry for programs with a main of their own (compiler-rt, FuzzerInterface.h).
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*body)(const uint8_t *data, size_t size));
