/*
 * Keeps profiles in a folder: imports, explains, edits, updates and exports them.
 *
 *     profiles FOLDER KEY COMMAND
 *
 * FOLDER is made if it is not there. KEY is a file with the 32 bytes that the profiles' secrets are sealed with; a program
 * for users keeps them where the system keeps secrets. The commands are:
 *
 *     import FILE...             keeps every profile in the files, and prints their ids
 *     explain FILE...            tells what the profiles in the files need and would change, and keeps none of them
 *     list                       prints the profiles, and what is wrong in the folder
 *     show ID                    prints what a profile says, needs and would change
 *     edit ID CHANGE...          makes all of the changes, or none; see below
 *     update ID FILE...          brings a profile up to date with a newer package, and keeps the edits
 *     export ID FORMAT [secrets] writes it as xml, json or ovpn; without its secrets unless they are asked for
 *     remove ID                  forgets a profile and its secrets
 *     discard                    deletes the damaged files that were set aside
 *
 * A change is name=TEXT, secondary=TEXT, user=TEXT, forced=yes, forced=no, always=yes, always=no, or a list: servers,
 * include, exclude, dns, suffixes or trusted, with = for another one, += for more entries and -= for fewer of them.
 *
 * Exit codes: 0 done, 2 an error that somebody has to do something about, 64 wrong arguments.
 */

#include <p2svpn.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = 32, WRONG_ARGUMENTS = 64 };

typedef struct {
    const p2svpn_client *client;
    char **rest; /* The arguments behind the command. */
    int count;
} job;

typedef struct {
    const char *name;
    int least, most; /* How many arguments it takes. */
    p2svpn_error *(*run)(const job *job);
} command;

typedef struct {
    const char *name;
    p2svpn_error *(*change)(p2svpn_profile_edit *edit, uint32_t action, const char *list);
} list_field;

static const list_field LISTS[] = {
    {"servers", p2svpn_profile_edit_servers},           {"include", p2svpn_profile_edit_include_routes},
    {"exclude", p2svpn_profile_edit_exclude_routes},    {"dns", p2svpn_profile_edit_dns_servers},
    {"suffixes", p2svpn_profile_edit_dns_suffixes},     {"trusted", p2svpn_profile_edit_trusted_networks},
};

/* Says what went wrong and what to do about it. */
static void report(const p2svpn_error *error) {
    fprintf(stderr, "Error %" PRIu32 " (%s): %s\n", p2svpn_error_number(error), p2svpn_error_name(error),
            p2svpn_error_message(error));
    for (size_t i = 0; i < p2svpn_error_chain_count(error); i++) {
        fprintf(stderr, "  because: %s\n", p2svpn_error_chain(error, i));
    }
    fprintf(stderr, "%s\n", p2svpn_error_remedy(error));
}

static void wrong_arguments(const char *what) {
    fprintf(stderr, "%s\nusage: profiles FOLDER KEY COMMAND; its source says which commands there are\n", what);
    exit(WRONG_ARGUMENTS);
}

static void print_warning(const p2svpn_warning *warning) {
    fprintf(stderr, "%s:%" PRIu32 ":%" PRIu32 ": %s\n", p2svpn_warning_file(warning), p2svpn_warning_line(warning),
            p2svpn_warning_column(warning), p2svpn_warning_message(warning));
}

static void print_warnings(const p2svpn_profile *profile) {
    for (size_t i = 0; i < p2svpn_profile_warning_count(profile); i++) print_warning(p2svpn_profile_warning(profile, i));
}

static void print_line(const p2svpn_profile *profile) {
    printf("%s  %s  %s%s\n", p2svpn_profile_id(profile), p2svpn_profile_name(profile), p2svpn_profile_server(profile, 0),
           p2svpn_profile_edited(profile) ? "  edited" : "");
}

static p2svpn_error *import_files(const job *job) {
    p2svpn_profiles *profiles = NULL;
    p2svpn_error *error =
        p2svpn_client_import_files(job->client, (const char *const *)job->rest, (size_t)job->count, &profiles);
    for (size_t i = 0; i < p2svpn_profiles_count(profiles); i++) {
        const p2svpn_profile *profile = p2svpn_profiles_at(profiles, i);
        print_warnings(profile);
        print_line(profile);
        if (*p2svpn_profile_update_of(profile)) {
            printf("It is probably a newer version of %s.\n", p2svpn_profile_update_of(profile));
        }
    }
    p2svpn_profiles_free(profiles);
    return error;
}

static p2svpn_error *explain_files(const job *job) {
    p2svpn_plans *plans = NULL;
    p2svpn_error *error =
        p2svpn_client_explain_files(job->client, (const char *const *)job->rest, (size_t)job->count, NULL, &plans);
    for (size_t i = 0; i < p2svpn_plans_count(plans); i++) {
        const p2svpn_plan *plan = p2svpn_plans_at(plans, i);
        for (size_t j = 0; j < p2svpn_plan_warning_count(plan); j++) print_warning(p2svpn_plan_warning(plan, j));
        printf("%s\n", p2svpn_plan_text(plan));
    }
    p2svpn_plans_free(plans);
    return error;
}

static p2svpn_error *list(const job *job) {
    p2svpn_profiles *profiles = NULL;
    p2svpn_profile_problems *problems = NULL;
    p2svpn_error *error = p2svpn_client_profiles(job->client, &profiles);
    if (!error) error = p2svpn_client_profile_problems(job->client, &problems);
    for (size_t i = 0; i < p2svpn_profiles_count(profiles); i++) print_line(p2svpn_profiles_at(profiles, i));
    for (size_t i = 0; i < p2svpn_profile_problems_count(problems); i++) {
        const p2svpn_profile_problem *problem = p2svpn_profile_problems_at(problems, i);
        printf("%s: %s. %s\n", p2svpn_profile_problem_path(problem), p2svpn_profile_problem_reason(problem),
               p2svpn_profile_problem_remedy(problem));
    }
    p2svpn_profiles_free(profiles);
    p2svpn_profile_problems_free(problems);
    return error;
}

static void print_details(const p2svpn_profile_details *seen) {
    print_line(p2svpn_profile_details_profile(seen));
    for (size_t i = 0; i < p2svpn_profile_details_server_count(seen); i++) {
        const char *transport =
            p2svpn_profile_details_server_transport(seen, i) == P2SVPN_TRANSPORT_UDP ? "UDP" : "TCP";
        printf("Gateway        %s, %s port %u\n", p2svpn_profile_details_server_host(seen, i), transport,
               (unsigned)p2svpn_profile_details_server_port(seen, i));
    }
    for (size_t i = 0; i < p2svpn_profile_details_include_route_count(seen); i++) {
        printf("Through it     %s\n", p2svpn_profile_details_include_route(seen, i));
    }
    for (size_t i = 0; i < p2svpn_profile_details_exclude_route_count(seen); i++) {
        printf("Outside it     %s\n", p2svpn_profile_details_exclude_route(seen, i));
    }
    for (size_t i = 0; i < p2svpn_profile_details_dns_server_count(seen); i++) {
        printf("DNS server     %s\n", p2svpn_profile_details_dns_server(seen, i));
    }
    for (size_t i = 0; i < p2svpn_profile_details_dns_suffix_count(seen); i++) {
        printf("DNS suffix     %s\n", p2svpn_profile_details_dns_suffix(seen, i));
    }
    const char *secondary = p2svpn_profile_details_secondary_profile(seen);
    if (secondary) printf("Fails over to  %s\n", secondary);
}

static p2svpn_error *show(const job *job) {
    p2svpn_profile_details *details = NULL;
    p2svpn_plan *plan = NULL;
    p2svpn_error *error = p2svpn_client_profile_details(job->client, job->rest[0], &details);
    if (!error) error = p2svpn_client_explain(job->client, job->rest[0], NULL, &plan);
    if (!error) {
        print_details(details);
        printf("\n%s\n", p2svpn_plan_text(plan));
    }
    p2svpn_profile_details_free(details);
    p2svpn_plan_free(plan);
    return error;
}

/* Puts one change into the edit. */
static p2svpn_error *add_change(p2svpn_profile_edit *edit, const char *change) {
    size_t name = strcspn(change, "+-=");
    uint32_t action = change[name] == '+' ? P2SVPN_LIST_ADD : change[name] == '-' ? P2SVPN_LIST_REMOVE : P2SVPN_LIST_REPLACE;
    const char *value = strchr(change + name, '=');
    if (!value++) wrong_arguments("a change has no =");
    for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++) {
        if (strlen(LISTS[i].name) == name && strncmp(LISTS[i].name, change, name) == 0) {
            return LISTS[i].change(edit, action, value);
        }
    }
    if (strncmp(change, "name=", 5) == 0) return p2svpn_profile_edit_name(edit, value);
    if (strncmp(change, "secondary=", 10) == 0) return p2svpn_profile_edit_secondary_profile(edit, *value ? value : NULL);
    if (strncmp(change, "user=", 5) == 0) return p2svpn_profile_edit_user_name(edit, *value ? value : NULL);
    if (strncmp(change, "forced=", 7) == 0) return p2svpn_profile_edit_forced_tunnel(edit, strcmp(value, "yes") == 0);
    if (strncmp(change, "always=", 7) == 0) return p2svpn_profile_edit_always_on(edit, strcmp(value, "yes") == 0);
    wrong_arguments("there is no such change");
    return NULL;
}

static p2svpn_error *edit_profile(const job *job) {
    p2svpn_profile_edit *edit = NULL;
    p2svpn_edit_report *told = NULL;
    p2svpn_error *error = p2svpn_profile_edit_new(&edit);
    for (int i = 1; !error && i < job->count; i++) error = add_change(edit, job->rest[i]);
    if (!error) error = p2svpn_client_edit_profile(job->client, job->rest[0], edit, &told);
    if (!error) printf("%s\n", p2svpn_edit_report_text(told));
    p2svpn_edit_report_free(told);
    p2svpn_profile_edit_free(edit);
    return error;
}

static p2svpn_error *update(const job *job) {
    p2svpn_profile_update *told = NULL;
    p2svpn_error *error = p2svpn_client_update_profile(job->client, job->rest[0], (const char *const *)job->rest + 1,
                                                       (size_t)job->count - 1, &told);
    if (error) return error;
    print_warnings(p2svpn_profile_update_profile(told));
    print_line(p2svpn_profile_update_profile(told));
    for (size_t i = 0; i < p2svpn_profile_update_kept_count(told); i++) {
        printf("Your edit was kept: %s\n", p2svpn_profile_update_kept(told, i));
    }
    for (size_t i = 0; i < p2svpn_profile_update_conflict_count(told); i++) {
        printf("The newer package changes it too, look at it: %s\n", p2svpn_profile_update_conflict(told, i));
    }
    const char *removed = p2svpn_profile_update_removed(told);
    if (removed) printf("Removed %s, as which the newer package was imported before\n", removed);
    p2svpn_profile_update_free(told);
    return NULL;
}

static p2svpn_error *export_profile(const job *job) {
    static const char *const formats[] = {"xml", "json", "ovpn"}; /* In the order of p2svpn_export_formats. */
    uint32_t format = 0;
    while (format < 3 && strcmp(formats[format], job->rest[1]) != 0) format++;
    bool with_secrets = job->count == 3;
    if (format == 3 || (with_secrets && strcmp(job->rest[2], "secrets") != 0)) wrong_arguments("there is no such format");
    char *text = NULL, *notes = NULL;
    p2svpn_error *error = p2svpn_client_export_profile(job->client, job->rest[0], format + P2SVPN_EXPORT_AZURE_XML,
                                                       with_secrets, &text, &notes);
    if (!error) {
        printf("%s\n", text);
        fprintf(stderr, "%s\n", notes);
    }
    p2svpn_string_free(text); /* This wipes it. */
    p2svpn_string_free(notes);
    return error;
}

static p2svpn_error *remove_profile(const job *job) {
    return p2svpn_client_remove_profile(job->client, job->rest[0]);
}

static p2svpn_error *discard(const job *job) {
    p2svpn_profile_problems *problems = NULL;
    p2svpn_error *error = p2svpn_client_profile_problems(job->client, &problems);
    for (size_t i = 0; !error && i < p2svpn_profile_problems_count(problems); i++) {
        const char *name = p2svpn_profile_problem_set_aside(p2svpn_profile_problems_at(problems, i));
        if (!name) continue;
        error = p2svpn_client_discard_profile_file(job->client, name, NULL);
        if (!error) printf("Deleted %s\n", name);
    }
    p2svpn_profile_problems_free(problems);
    return error;
}

static const command COMMANDS[] = {
    {"import", 1, 100, import_files}, {"explain", 1, 100, explain_files}, {"list", 0, 0, list},
    {"show", 1, 1, show},             {"edit", 2, 100, edit_profile},     {"update", 2, 100, update},
    {"export", 2, 3, export_profile}, {"remove", 1, 1, remove_profile},   {"discard", 0, 0, discard},
};

/* Reads the key; 0 if the file has not exactly its bytes. */
static int read_key(const char *path, uint8_t *key) {
    uint8_t more = 0;
    FILE *file = fopen(path, "rb");
    if (!file) return 0;
    setvbuf(file, NULL, _IONBF, 0); /* No copy of it in a buffer. */
    int complete = fread(key, 1, KEY_SIZE, file) == KEY_SIZE && fread(&more, 1, 1, file) == 0;
    fclose(file);
    return complete;
}

/* Overwrites the key; `volatile` keeps the compiler from leaving it out. */
static void wipe(volatile uint8_t *key) {
    for (size_t i = 0; i < KEY_SIZE; i++) key[i] = 0;
}

int main(int argc, char **argv) {
    const command *wanted = NULL;
    for (size_t i = 0; argc > 3 && i < sizeof COMMANDS / sizeof *COMMANDS; i++) {
        if (strcmp(COMMANDS[i].name, argv[3]) == 0) wanted = &COMMANDS[i];
    }
    if (!wanted) wrong_arguments("there is no such command");
    if (argc - 4 < wanted->least || argc - 4 > wanted->most) wrong_arguments("these are not its arguments");

    uint8_t key[KEY_SIZE];
    if (!read_key(argv[2], key)) wrong_arguments("KEY is not a file of 32 bytes");
    p2svpn_client_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.profile_folder = argv[1];
    options.sealing_key = key;
    p2svpn_client *client = NULL;
    p2svpn_error *error = p2svpn_client_new(&options, &client);
    wipe(key); /* The library has its own copy. */

    job job = {client, argv + 4, argc - 4};
    if (!error) error = wanted->run(&job);
    int code = error ? 2 : 0;
    if (error) report(error);
    p2svpn_error_free(error);
    p2svpn_client_free(client);
    return code;
}
