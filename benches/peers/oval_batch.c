/* Evaluates one definitions file against many system characteristics in one process, by libopenscap.
 *
 * usage: oval_batch [-p] DEFINITIONS SC...
 *
 * The definitions are read once. Each characteristics file is read and evaluated; with -p a line is printed for
 * each definition: client, id, result. At the end it says on standard error how long reading and evaluating the
 * characteristics took, of the processor, without reading the definitions.
 *
 * Build: cc -O2 -I/usr/include/openscap oval_batch.c -lopenscap -o oval_batch */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <oscap.h>
#include <oscap_error.h>
#include <oscap_source.h>
#include <oval_definitions.h>
#include <oval_results.h>
#include <oval_system_characteristics.h>

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void print(struct oval_results_model *results, const char *client)
{
	struct oval_result_system_iterator *systems = oval_results_model_get_systems(results);
	while (oval_result_system_iterator_has_more(systems)) {
		struct oval_result_system *system = oval_result_system_iterator_next(systems);
		struct oval_result_definition_iterator *definitions = oval_result_system_get_definitions(system);
		while (oval_result_definition_iterator_has_more(definitions)) {
			struct oval_result_definition *one = oval_result_definition_iterator_next(definitions);
			printf("%s\t%s\t%s\n", client, oval_result_definition_get_id(one),
			       oval_result_get_text(oval_result_definition_get_result(one)));
		}
		oval_result_definition_iterator_free(definitions);
	}
	oval_result_system_iterator_free(systems);
}

static int evaluate(struct oval_definition_model *definitions, const char *path, int prints)
{
	struct oscap_source *source = oscap_source_new_from_file(path);
	struct oval_syschar_model *characteristics = oval_syschar_model_new(definitions);
	int failed = oval_syschar_model_import_source(characteristics, source) != 0;
	if (!failed) {
		struct oval_syschar_model *all[] = { characteristics, NULL };
		struct oval_results_model *results = oval_results_model_new(definitions, all);
		failed = oval_results_model_eval(results) != 0;
		if (!failed && prints)
			print(results, path);
		oval_results_model_free(results);
	}
	oval_syschar_model_free(characteristics);
	oscap_source_free(source);
	return failed;
}

int main(int argc, char **argv)
{
	int at = 1, prints = 0, failed = 0;
	if (argc > 1 && strcmp(argv[1], "-p") == 0) {
		prints = 1;
		at = 2;
	}
	if (argc - at < 2) {
		fprintf(stderr, "usage: %s [-p] DEFINITIONS SC...\n", argv[0]);
		return 2;
	}
	oscap_init();
	struct oscap_source *source = oscap_source_new_from_file(argv[at]);
	struct oval_definition_model *definitions = oval_definition_model_import_source(source);
	if (!definitions) {
		fprintf(stderr, "%s: %s\n", argv[at], oscap_err_desc());
		return 2;
	}
	int count = argc - at - 1;
	double begin = seconds();
	for (int client = at + 1; client < argc; client++)
		failed |= evaluate(definitions, argv[client], prints);
	double took = seconds() - begin;
	fprintf(stderr, "%d clients in %.3f s of the processor: %.1f clients/s\n", count, took, count / took);
	oval_definition_model_free(definitions);
	oscap_source_free(source);
	oscap_cleanup();
	return failed;
}
