/*
 * Turns one updateinfo.xml and a fleet of package lists into counts (or ids)
 * of needed advisories, with libsolv doing the work: the peer of the `fedora`
 * bench. The catalog is loaded once, outside the timed part.
 *
 * Knows nothing of our own formats or verdict rules; the answers are libsolv's.
 * Interface and method are described in README.md beside this file. One file,
 * so that the bench builds it with one `cc` command.
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <solv/bitmap.h>
#include <solv/pool.h>
#include <solv/queue.h>
#include <solv/repo.h>
#include <solv/repo_updateinfoxml.h>
#include <solv/solv_xfopen.h>

#define MAX_HOST_BYTES (64L << 20)
#define MAX_REPEAT 10000L

static const char USAGE[] =
    "usage: solv_batch [--list] [--method direct|library] [--repeat N] UPDATEINFO HOST...\n"
    "  UPDATEINFO  updateinfo.xml, plain or compressed (told by its suffix)\n"
    "  HOST        list of `name epoch:version-release arch` lines, or a folder of *.inv\n";

/* What one advisory is for one host, in the order in which duplicates unite. */
enum status { NOT_NEEDED, APPLIED, NEEDED };

enum method {
    DIRECT, /* conflicts matched by hand, through whatprovides of the bare name */
    LIBRARY /* pool_trivial_installable, as libzypp has it */
};

enum phase { READ, ADD, WHATPROVIDES, EVALUATE, EMPTY, TOTAL, PHASES };

static const char *const PHASE_NAMES[PHASES] = {"read", "add",   "whatprovides",
                                                "evaluate", "empty", "seconds"};

/* A patch solvable and the identity (id and version) that it belongs to. */
struct advisory {
    Id solvable;
    Id name;
    Id version;
    const char *id;
};

struct catalog {
    Pool *pool;
    Repo *repo;
    Repo *installed;
    struct advisory *advisories; /* sorted by id text, then version */
    size_t count;
    Queue solvables;       /* of the advisories, in the order of the pool */
    unsigned char *status; /* enum status for the last host, by solvable id */
};

struct host {
    char *path;
    char *label; /* file name without `.inv` */
};

struct fleet {
    struct host *hosts;
    size_t count;
    size_t capacity;
};

struct buffer {
    char *bytes;
    size_t capacity;
};

struct counts {
    size_t of[3]; /* by enum status, in identities */
};

struct options {
    bool list;
    enum method method;
    long repeat;
};

static double seconds_now(void)
{
    struct timespec at;
    if (clock_gettime(CLOCK_MONOTONIC, &at) != 0) {
        perror("solv_batch: clock_gettime");
        exit(2);
    }
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* libsolv ends the process when memory runs out; so do we. */
static void *resized(void *old, size_t count, size_t size)
{
    if (count == 0)
        count = 1;
    void *block = count > (size_t)-1 / size ? NULL : realloc(old, count * size);
    if (block == NULL) {
        fprintf(stderr, "solv_batch: out of memory\n");
        exit(2);
    }
    return block;
}

static char *copied(const char *text, size_t length)
{
    char *copy = resized(NULL, length + 1, 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* ---- catalog ---- */

static int by_identity(const void *left, const void *right)
{
    const struct advisory *a = left, *b = right;
    int order = strcmp(a->id, b->id);
    if (order != 0)
        return order;
    if (a->version != b->version)
        return a->version < b->version ? -1 : 1;
    return (a->solvable > b->solvable) - (a->solvable < b->solvable);
}

static bool same_identity(const struct advisory *a, const struct advisory *b)
{
    return a->name == b->name && a->version == b->version;
}

static void collect_advisories(struct catalog *catalog)
{
    static const char KIND[] = "patch:";
    Pool *pool = catalog->pool;
    Id p;
    Solvable *s;

    catalog->advisories =
        resized(NULL, (size_t)catalog->repo->nsolvables, sizeof *catalog->advisories);
    FOR_REPO_SOLVABLES(catalog->repo, p, s)
    {
        const char *name = pool_id2str(pool, s->name);
        /* An update without an id stays nameless: it is no advisory. */
        if (strncmp(name, KIND, sizeof KIND - 1) != 0)
            continue;
        struct advisory *next = &catalog->advisories[catalog->count++];
        /* Strings of the pool move when it grows, so the text is copied. */
        const char *id = name + sizeof KIND - 1;
        *next = (struct advisory){p, s->name, s->evr, copied(id, strlen(id))};
        queue_push(&catalog->solvables, p);
    }
    qsort(catalog->advisories, catalog->count, sizeof *catalog->advisories, by_identity);
    catalog->status = resized(NULL, (size_t)catalog->repo->end, sizeof *catalog->status);
}

static bool load_catalog(struct catalog *catalog, const char *path)
{
    memset(catalog, 0, sizeof *catalog);
    queue_init(&catalog->solvables);
    Pool *pool = catalog->pool = pool_create();
    /* A Debian build of libsolv orders versions as dpkg does unless told. */
    if (pool_setdisttype(pool, DISTTYPE_RPM) < 0) {
        fprintf(stderr, "solv_batch: this libsolv was built without rpm semantics\n");
        return false;
    }
    /* The helper table speeds up look-ups by versioned provides. Building it
     * for each host costs more than it saves with one provide a package. */
    pool_set_flag(pool, POOL_FLAG_NOWHATPROVIDESAUX, 1);
    catalog->repo = repo_create(pool, "updateinfo");
    catalog->installed = repo_create(pool, "@System");
    pool_set_installed(pool, catalog->installed);

    FILE *file = solv_xfopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "solv_batch: %s: %s\n", path,
                errno != 0 ? strerror(errno) : "cannot be opened");
        return false;
    }
    int failed = repo_add_updateinfoxml(catalog->repo, file, 0);
    /* A decompressing stream reports what it could not read only here. */
    if ((fclose(file) != 0) | (failed != 0)) {
        fprintf(stderr, "solv_batch: %s: %s\n", path,
                failed ? pool_errstr(pool) : "could not be read to its end");
        return false;
    }
    collect_advisories(catalog);
    /* No dependency here is a file, which spares every host the search. */
    pool_addfileprovides(pool);
    return true;
}

static void free_catalog(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->count; i++)
        free((char *)catalog->advisories[i].id);
    free(catalog->advisories);
    free(catalog->status);
    queue_free(&catalog->solvables);
    if (catalog->pool != NULL)
        pool_free(catalog->pool);
}

/* ---- one host ---- */

/* Reads the whole file into the reused buffer and ends it with a NUL. */
static bool read_host(const char *path, struct buffer *buffer)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "solv_batch: %s: %s\n", path, strerror(errno));
        return false;
    }
    size_t length = 0;
    for (;;) {
        if (length + 1 >= buffer->capacity) {
            buffer->capacity = buffer->capacity == 0 ? 1 << 16 : 2 * buffer->capacity;
            buffer->bytes = resized(buffer->bytes, buffer->capacity, 1);
        }
        size_t got = fread(buffer->bytes + length, 1, buffer->capacity - 1 - length, file);
        length += got;
        if (got == 0 || length > (size_t)MAX_HOST_BYTES)
            break;
    }
    const char *problem = NULL;
    if (ferror(file))
        problem = strerror(errno);
    else if (length > (size_t)MAX_HOST_BYTES)
        problem = "longer than 64 MiB";
    else if (memchr(buffer->bytes, '\0', length) != NULL)
        problem = "holds a NUL byte";
    fclose(file);
    if (problem != NULL) {
        fprintf(stderr, "solv_batch: %s: %s\n", path, problem);
        return false;
    }
    buffer->bytes[length] = '\0';
    return true;
}

/* libsolv writes epoch 0 by leaving it out; a version with a colon needs it. */
static const char *usual_evr(const char *evr)
{
    bool zero = evr[0] == '0' && evr[1] == ':';
    return zero && strchr(evr + 2, ':') == NULL ? evr + 2 : evr;
}

static void add_package(struct catalog *catalog, char *const field[3], enum method method)
{
    Pool *pool = catalog->pool;
    Repo *repo = catalog->installed;
    Solvable *s = pool_id2solvable(pool, repo_add_solvable(repo));

    s->name = pool_str2id(pool, field[0], 1);
    s->evr = pool_str2id(pool, usual_evr(field[1]), 1);
    s->arch = pool_str2id(pool, field[2], 1);
    /* A package provides itself at its version. The direct method looks up
     * names only; without the relation libsolv need not rebuild the table of
     * relations, which pool_createwhatprovides drops for each host. */
    Id self = method == LIBRARY ? pool_rel2id(pool, s->name, s->evr, REL_EQ, 1) : s->name;
    s->provides = repo_addid_dep(repo, s->provides, self, 0);
}

static bool add_packages(struct catalog *catalog, char *text, const char *path,
                         enum method method)
{
    char *rest = text;
    for (unsigned long line = 1; *rest != '\0'; line++) {
        char *start = rest, *field[3], *inner = NULL;
        rest += strcspn(rest, "\n");
        if (*rest == '\n')
            *rest++ = '\0';
        int fields = 0;
        char *word = strtok_r(start, " \t\r", &inner);
        for (; word != NULL && fields < 3; word = strtok_r(NULL, " \t\r", &inner))
            field[fields++] = word;
        if (fields == 0)
            continue;
        if (fields != 3 || word != NULL) {
            fprintf(stderr,
                    "solv_batch: %s:%lu: expected `name epoch:version-release arch`\n",
                    path, line);
            return false;
        }
        add_package(catalog, field, method);
    }
    return true;
}

/* A patch conflicts with `name.arch < evr` for each of its packages: it is
 * needed when an installed package matches, applied when none of those that
 * are installed does. */
static enum status direct_status(const struct catalog *catalog, const Solvable *patch)
{
    Pool *pool = catalog->pool;
    enum status status = NOT_NEEDED;

    if (patch->conflicts == 0)
        return NOT_NEEDED;
    const Id *next = patch->repo->idarraydata + patch->conflicts;
    for (Id conflict; (conflict = *next++) != 0;) {
        Id name = conflict, p, pp;
        while (ISRELDEP(name))
            name = GETRELDEP(pool, name)->name;
        FOR_PROVIDES(p, pp, name)
        {
            Solvable *s = pool_id2solvable(pool, p);
            if (s->repo != catalog->installed)
                continue;
            if (pool_match_nevr(pool, s, conflict))
                return NEEDED;
            status = APPLIED;
        }
    }
    return status;
}

static void evaluate_direct(struct catalog *catalog)
{
    for (int i = 0; i < catalog->solvables.count; i++) {
        Id p = catalog->solvables.elements[i];
        catalog->status[p] =
            (unsigned char)direct_status(catalog, pool_id2solvable(catalog->pool, p));
    }
}

static void evaluate_library(struct catalog *catalog)
{
    Pool *pool = catalog->pool;
    Queue installed, results;
    Map installed_map;
    Id p;
    Solvable *s;

    queue_init(&installed);
    queue_init(&results);
    FOR_REPO_SOLVABLES(catalog->installed, p, s)
        queue_push(&installed, p);
    pool_create_state_maps(pool, &installed, &installed_map, NULL);
    pool_trivial_installable(pool, &installed_map, &catalog->solvables, &results);
    for (int i = 0; i < results.count; i++) {
        int result = results.elements[i]; /* 0 broken, 1 satisfied, -1 irrelevant */
        Id patch = catalog->solvables.elements[i];
        catalog->status[patch] = result == 0 ? NEEDED : result > 0 ? APPLIED : NOT_NEEDED;
    }
    map_free(&installed_map);
    queue_free(&results);
    queue_free(&installed);
}

static bool run_host(struct catalog *catalog, const char *path, enum method method,
                     struct buffer *buffer, double spent[PHASES])
{
    double at[TOTAL + 1];

    at[READ] = seconds_now();
    if (!read_host(path, buffer))
        return false;
    at[ADD] = seconds_now();
    if (!add_packages(catalog, buffer->bytes, path, method))
        return false;
    at[WHATPROVIDES] = seconds_now();
    pool_createwhatprovides(catalog->pool);
    at[EVALUATE] = seconds_now();
    if (method == LIBRARY)
        evaluate_library(catalog);
    else
        evaluate_direct(catalog);
    at[EMPTY] = seconds_now();
    /* The host's solvables are the last of the pool: their ids are reused. */
    repo_empty(catalog->installed, 1);
    at[TOTAL] = seconds_now();

    for (int phase = READ; phase < TOTAL; phase++)
        spent[phase] = at[phase + 1] - at[phase];
    /* Reading the file is not libsolv's work; it is printed, not counted. */
    spent[TOTAL] = at[TOTAL] - at[ADD];
    return true;
}

/* Counts identities: of duplicates, the highest status is the answer. */
static struct counts count_identities(const struct catalog *catalog)
{
    struct counts counts = {{0, 0, 0}};
    unsigned char highest = NOT_NEEDED;
    for (size_t i = 0; i < catalog->count; i++) {
        const struct advisory *advisory = &catalog->advisories[i];
        unsigned char status = catalog->status[advisory->solvable];
        highest = status > highest ? status : highest;
        if (i + 1 < catalog->count && same_identity(advisory, advisory + 1))
            continue;
        counts.of[highest]++;
        highest = NOT_NEEDED;
    }
    return counts;
}

static void print_host(const struct catalog *catalog, const char *label,
                       const struct counts *counts, bool list)
{
    printf("%s needed=%zu applied=%zu not-needed=%zu\n", label, counts->of[NEEDED],
           counts->of[APPLIED], counts->of[NOT_NEEDED]);
    const char *last = NULL;
    for (size_t i = 0; list && i < catalog->count; i++) {
        const char *id = catalog->advisories[i].id;
        bool needed = catalog->status[catalog->advisories[i].solvable] == NEEDED;
        if (!needed || (last != NULL && strcmp(last, id) == 0))
            continue;
        puts(id);
        last = id;
    }
}

/* ---- fleet ---- */

static void push_host(struct fleet *fleet, const char *path)
{
    static const char SUFFIX[] = ".inv";
    if (fleet->count == fleet->capacity) {
        fleet->capacity = fleet->capacity == 0 ? 16 : 2 * fleet->capacity;
        fleet->hosts = resized(fleet->hosts, fleet->capacity, sizeof *fleet->hosts);
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t length = strlen(name), cut = sizeof SUFFIX - 1;
    if (length > cut && strcmp(name + length - cut, SUFFIX) == 0)
        length -= cut;
    fleet->hosts[fleet->count++] =
        (struct host){copied(path, strlen(path)), copied(name, length)};
}

static int is_inventory(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && dot != entry->d_name && strcmp(dot, ".inv") == 0;
}

static bool push_folder(struct fleet *fleet, const char *folder)
{
    struct dirent **entries = NULL;
    int found = scandir(folder, &entries, is_inventory, alphasort);
    if (found < 0) {
        fprintf(stderr, "solv_batch: %s: %s\n", folder, strerror(errno));
        return false;
    }
    for (int i = 0; i < found; i++) {
        size_t length = strlen(folder) + strlen(entries[i]->d_name) + 2;
        char *path = resized(NULL, length, 1);
        snprintf(path, length, "%s/%s", folder, entries[i]->d_name);
        push_host(fleet, path);
        free(path);
        free(entries[i]);
    }
    free(entries);
    if (found == 0)
        fprintf(stderr, "solv_batch: %s: holds no *.inv\n", folder);
    return found > 0;
}

static bool push_path(struct fleet *fleet, const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        fprintf(stderr, "solv_batch: %s: %s\n", path, strerror(errno));
        return false;
    }
    if (S_ISDIR(about.st_mode))
        return push_folder(fleet, path);
    push_host(fleet, path);
    return true;
}

static void free_fleet(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++) {
        free(fleet->hosts[i].path);
        free(fleet->hosts[i].label);
    }
    free(fleet->hosts);
}

/* ---- figures ---- */

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Sorts the values in place. */
static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    size_t middle = count / 2;
    return count % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/* Prints the median of every phase over `count` runs, the first of which is
 * samples[0] and the next `stride` runs further. */
static void print_medians(const char *label, double (*samples)[PHASES], size_t count,
                          size_t stride, double *scratch)
{
    double medians[PHASES];
    for (int phase = 0; phase < PHASES; phase++) {
        for (size_t i = 0; i < count; i++)
            scratch[i] = samples[i * stride][phase];
        medians[phase] = median(scratch, count);
    }
    fprintf(stderr, "%s %s=%.6f", label, PHASE_NAMES[TOTAL], medians[TOTAL]);
    for (int phase = READ; phase < TOTAL; phase++)
        fprintf(stderr, " %s=%.6f", PHASE_NAMES[phase], medians[phase]);
    fputc('\n', stderr);
}

/* Goes through the whole fleet `repeat` times, so that no host finds the
 * caches as itself left them. Answers are printed in the first round and must
 * be the same in every other. */
static bool run_fleet(struct catalog *catalog, const struct fleet *fleet,
                      const struct options *options)
{
    size_t hosts = fleet->count, runs = hosts * (size_t)options->repeat;
    double(*samples)[PHASES] = resized(NULL, runs, sizeof *samples);
    double *scratch = resized(NULL, runs, sizeof *scratch);
    struct counts *first = resized(NULL, hosts, sizeof *first);
    struct buffer buffer = {NULL, 0};
    bool ok = true;

    for (size_t run = 0; ok && run < runs; run++) {
        const struct host *host = &fleet->hosts[run % hosts];
        ok = run_host(catalog, host->path, options->method, &buffer, samples[run]);
        if (!ok)
            break;
        struct counts counts = count_identities(catalog);
        if (run < hosts) {
            first[run] = counts;
            print_host(catalog, host->label, &counts, options->list);
        } else if (memcmp(&counts, &first[run % hosts], sizeof counts) != 0) {
            fprintf(stderr, "solv_batch: %s: answers differ between rounds\n", host->path);
            ok = false;
        }
    }
    for (size_t i = 0; ok && i < hosts; i++)
        print_medians(fleet->hosts[i].label, samples + i, (size_t)options->repeat, hosts,
                      scratch);
    if (ok)
        print_medians("median", samples, runs, 1, scratch);
    free(buffer.bytes);
    free(first);
    free(scratch);
    free(samples);
    return ok;
}

/* ---- command line ---- */

static bool parse_repeat(const char *text, long *repeat)
{
    char *end = NULL;
    errno = 0;
    *repeat = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *repeat >= 1 && *repeat <= MAX_REPEAT;
}

static bool parse_method(const char *text, enum method *method)
{
    *method = strcmp(text, "library") == 0 ? LIBRARY : DIRECT;
    return *method == LIBRARY || strcmp(text, "direct") == 0;
}

/* Returns the index of the first argument that is no option, or -1. */
static int parse_options(int argc, char **argv, struct options *options)
{
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--list") == 0)
            options->list = true;
        else if (strcmp(argv[i], "--method") == 0 && parse_method(value, &options->method))
            i++;
        else if (strcmp(argv[i], "--repeat") == 0 && parse_repeat(value, &options->repeat))
            i++;
        else
            return -1;
    }
    return argc - i >= 2 ? i : -1;
}

int main(int argc, char **argv)
{
    struct options options = {false, DIRECT, 1};
    int at = parse_options(argc, argv, &options);
    if (at < 0) {
        fputs(USAGE, stderr);
        return 2;
    }

    struct fleet fleet = {NULL, 0, 0};
    struct catalog catalog;
    double start = seconds_now();
    bool ok = load_catalog(&catalog, argv[at]);
    if (ok)
        fprintf(stderr, "catalog seconds=%.6f advisories=%zu\n", seconds_now() - start,
                catalog.count);
    for (int i = at + 1; ok && i < argc; i++)
        ok = push_path(&fleet, argv[i]);
    if (ok)
        ok = run_fleet(&catalog, &fleet, &options);
    free_fleet(&fleet);
    free_catalog(&catalog);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "solv_batch: cannot write the answers\n");
        ok = false;
    }
    return ok ? 0 : 2;
}
