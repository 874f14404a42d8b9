/* The benchmarks' opponent: libhdf5, driven as a C program would use it.
 *
 *   driver version
 *   driver read   FILE DATASET SELECTION reused|fresh REPETITIONS
 *   driver frames FILE DATASET COUNT SEED cold|keep
 *   driver cat    FILE DATASET SELECTION
 *   driver build  FILE MAPPINGS one|distinct
 *
 * SELECTION is "all" or start:stop:step for each axis, with commas between. "cat" writes the bytes to standard
 * output; the others print one line of JSON. internal/bench has the same commands for this project, driver.py for h5py.
 *
 * cc -O2 -o driver driver.c $(pkg-config --cflags --libs hdf5) -lz
 */
#define _GNU_SOURCE
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

/* Frames are enough once they took so many seconds, and repetitions of a whole read. */
#define ENOUGH 2.0
#define LONGEST 8.0
/* The checksum of "frames" is that of the first few, so that it does not depend on how many there was time for. */
#define CHECKED 8
#define MOST 4096

static void fail(const char *what) {
    fprintf(stderr, "driver: %s failed\n", what);
    exit(1);
}

#define MUST(call) do { if ((call) < 0) fail(#call); } while (0)

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n) {
    qsort(v, (size_t)n, sizeof *v, ascending);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static unsigned long checksum(unsigned long crc, const unsigned char *p, size_t n) {
    while (n > 0) {
        size_t part = n < (1u << 30) ? n : (1u << 30);
        crc = crc32(crc, p, (uInt)part);
        p += part;
        n -= part;
    }
    return crc;
}

/* Memory that no page of was touched yet. */
static void *fresh_memory(size_t n) {
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) fail("mmap");
    return p;
}

/* A dataset that is open, with what is selected of it. */
struct opened {
    hid_t file, dataset, space, type, memory;
    hsize_t dims[H5S_MAX_RANK], start[H5S_MAX_RANK], step[H5S_MAX_RANK], count[H5S_MAX_RANK];
    int rank, all;
    size_t bytes;
};

static void open_dataset(struct opened *o, const char *file, const char *dataset) {
    MUST(o->file = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT));
    MUST(o->dataset = H5Dopen2(o->file, dataset, H5P_DEFAULT));
    MUST(o->type = H5Dget_type(o->dataset));
}

static void select_elements(struct opened *o, const char *selection) {
    MUST(o->space = H5Dget_space(o->dataset));
    MUST(o->rank = H5Sget_simple_extent_dims(o->space, o->dims, NULL));
    o->all = strcmp(selection, "all") == 0;
    o->bytes = H5Tget_size(o->type);
    for (int i = 0; i < o->rank; i++) {
        long long start = 0, stop = (long long)o->dims[i], step = 1;
        if (!o->all) {
            int used = 0;
            if (sscanf(selection, "%lld:%lld:%lld%n", &start, &stop, &step, &used) != 3) fail("selection");
            selection += used;
            selection += *selection == ',';
        }
        o->start[i] = (hsize_t)start;
        o->step[i] = (hsize_t)step;
        o->count[i] = (hsize_t)((stop - start + step - 1) / step);
        o->bytes *= o->count[i];
    }
    if (!o->all) MUST(H5Sselect_hyperslab(o->space, H5S_SELECT_SET, o->start, o->step, o->count, NULL));
    MUST(o->memory = H5Screate_simple(o->rank, o->count, NULL));
}

static void read_selected(struct opened *o, void *into) {
    MUST(H5Dread(o->dataset, o->type, o->memory, o->all ? H5S_ALL : o->space, H5P_DEFAULT, into));
    H5Sclose(o->memory);
    H5Sclose(o->space);
}

static void close_dataset(struct opened *o) {
    H5Tclose(o->type);
    H5Dclose(o->dataset);
    H5Fclose(o->file);
}

/* Opens, reads and closes. Getting the memory for the result does not count, touching its pages for the first time does. */
static void command_read(char **v) {
    const char *file = v[0], *dataset = v[1], *selection = v[2];
    int reuse = strcmp(v[3], "reused") == 0, most = atoi(v[4]), n = 0;
    double seconds[MOST], spent = 0;
    unsigned long crc = 0;
    unsigned char *into = NULL;
    struct opened o;
    size_t bytes = 0;
    while (n == 0 || (n < most && n < MOST && spent < LONGEST)) {
        double begin = now(), prepared = 0;
        open_dataset(&o, file, dataset);
        select_elements(&o, selection);
        bytes = o.bytes;
        if (into == NULL) {
            double t = now();
            into = fresh_memory(bytes);
            if (reuse) {
                madvise(into, bytes, MADV_HUGEPAGE);
                memset(into, 1, bytes);
            }
            prepared = now() - t;
        }
        read_selected(&o, into);
        close_dataset(&o);
        seconds[n] = now() - begin - prepared;
        spent += seconds[n++];
        if (n == 1) crc = checksum(0, into, bytes);
        if (!reuse) {
            munmap(into, bytes);
            into = NULL;
        }
    }
    printf("{\"seconds\":%.9f,\"bytes\":%zu,\"crc\":\"%08lx\"}\n", median(seconds, n), bytes, crc);
}

static void command_frames(char **v) {
    int most = atoi(v[2]), keep = strcmp(v[4], "keep") == 0, n = 0;
    unsigned long long state = strtoull(v[3], NULL, 10);
    double seconds[MOST], spent = 0;
    unsigned long crc = 0;
    unsigned char *into = NULL;
    struct opened o;
    if (keep) open_dataset(&o, v[0], v[1]);
    while (n < CHECKED || (n < most && n < MOST && spent < ENOUGH)) {
        double begin = now(), prepared = 0;
        char selection[32 * H5S_MAX_RANK];
        if (!keep) open_dataset(&o, v[0], v[1]);
        hid_t space = H5Dget_space(o.dataset);
        hsize_t dims[H5S_MAX_RANK];
        int rank = H5Sget_simple_extent_dims(space, dims, NULL);
        H5Sclose(space);
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        unsigned long long frame = (state >> 33) % dims[0];
        int at = sprintf(selection, "%llu:%llu:1", frame, frame + 1);
        for (int i = 1; i < rank; i++) at += sprintf(selection + at, ",0:%llu:1", (unsigned long long)dims[i]);
        select_elements(&o, selection);
        if (into == NULL) {
            double t = now();
            into = fresh_memory(o.bytes);
            memset(into, 1, o.bytes);
            prepared = now() - t;
        }
        read_selected(&o, into);
        if (!keep) close_dataset(&o);
        seconds[n] = now() - begin - prepared;
        spent += seconds[n];
        if (n++ < CHECKED) crc = checksum(crc, into, o.bytes);
    }
    if (keep) close_dataset(&o);
    printf("{\"seconds\":%.9f,\"bytes\":%zu,\"crc\":\"%08lx\"}\n", median(seconds, n), o.bytes, crc);
}

static void command_cat(char **v) {
    struct opened o;
    open_dataset(&o, v[0], v[1]);
    select_elements(&o, v[2]);
    char *into = malloc(o.bytes);
    if (into == NULL) fail("malloc");
    read_selected(&o, into);
    for (size_t at = 0; at < o.bytes;) {
        ssize_t n = write(1, into + at, o.bytes - at);
        if (n <= 0) fail("write");
        at += (size_t)n;
    }
    close_dataset(&o);
}

/* A virtual dataset of n frames of 64 x 64 uint16, a mapping for each: of one file of n frames, or of n files of one. */
/* The names of the sources are there before it begins. */
static void command_build(char **v) {
    const char *file = v[0];
    hsize_t n = strtoull(v[1], NULL, 10);
    int distinct = strcmp(v[2], "distinct") == 0;
    char (*names)[32] = malloc(n * sizeof *names);
    if (names == NULL) fail("malloc");
    for (hsize_t i = 0; i < n; i++) snprintf(names[i], sizeof *names, distinct ? "src_%06llu.h5" : "src.h5", (unsigned long long)i);
    double begin = now();
    hsize_t all[3] = {n, 64, 64}, one[3] = {1, 64, 64}, at[3] = {0, 0, 0};
    hid_t access, f, d, properties, virtual_space, frame, stack;
    MUST(access = H5Pcreate(H5P_FILE_ACCESS));
    MUST(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110)); /* what all of them read */
    MUST(f = H5Fcreate(file, H5F_ACC_TRUNC, H5P_DEFAULT, access));
    MUST(properties = H5Pcreate(H5P_DATASET_CREATE));
    MUST(virtual_space = H5Screate_simple(3, all, NULL));
    MUST(stack = H5Screate_simple(3, all, NULL));
    MUST(frame = H5Screate_simple(3, one, NULL));
    for (at[0] = 0; at[0] < n; at[0]++) {
        MUST(H5Sselect_hyperslab(virtual_space, H5S_SELECT_SET, at, NULL, one, NULL));
        if (!distinct) MUST(H5Sselect_hyperslab(stack, H5S_SELECT_SET, at, NULL, one, NULL));
        MUST(H5Pset_virtual(properties, virtual_space, names[at[0]], "/data", distinct ? frame : stack));
    }
    H5Sselect_all(virtual_space);
    MUST(d = H5Dcreate2(f, "/data", H5T_STD_U16LE, virtual_space, H5P_DEFAULT, properties, H5P_DEFAULT));
    MUST(H5Dclose(d));
    MUST(H5Fclose(f));
    H5Pclose(properties);
    printf("{\"seconds\":%.9f}\n", now() - begin);
    free(names);
}

int main(int argc, char **argv) {
    /* libhdf5 keeps every source open, and reads those that it cannot open as the fill value. */
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    const char *command = argc > 1 ? argv[1] : "";
    if (strcmp(command, "version") == 0) {
        unsigned major, minor, release;
        H5get_libversion(&major, &minor, &release);
        printf("%u.%u.%u\n", major, minor, release);
    } else if (strcmp(command, "read") == 0 && argc == 7) {
        command_read(argv + 2);
    } else if (strcmp(command, "frames") == 0 && argc == 7) {
        command_frames(argv + 2);
    } else if (strcmp(command, "cat") == 0 && argc == 5) {
        command_cat(argv + 2);
    } else if (strcmp(command, "build") == 0 && argc == 5) {
        command_build(argv + 2);
    } else {
        fprintf(stderr, "driver: arguments are not understood\n");
        return 2;
    }
    return 0;
}
