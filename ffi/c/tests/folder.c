/* Profiles in a folder: the key, two clients at once, a damaged file. The argument is an empty folder, and a profile's file. */

#include "check.h"

static p2svpn_client_options options_of(const char *folder, const uint8_t *key) {
    p2svpn_client_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.profile_folder = folder;
    options.sealing_key = key;
    return options;
}

static size_t profiles_of(const p2svpn_client *client) {
    p2svpn_profiles *profiles = NULL;
    OK(p2svpn_client_profiles(client, &profiles));
    size_t count = p2svpn_profiles_count(profiles);
    p2svpn_profiles_free(profiles);
    return count;
}

static size_t problems_of(const p2svpn_client *client) {
    p2svpn_profile_problems *problems = NULL;
    OK(p2svpn_client_profile_problems(client, &problems));
    size_t count = p2svpn_profile_problems_count(problems);
    p2svpn_profile_problems_free(problems);
    return count;
}

/* Nothing was killed: there is nothing to undo, and a folder of somebody else's is not followed. */
static void nothing_is_left_behind(const char *folder) {
    char path[4096];
    snprintf(path, sizeof path, "%s.journal", folder);
    char *report = NULL;
    OK(p2svpn_recover(path, &report));
    CHECK(report && strcmp(report, "") == 0);
    p2svpn_string_free(report);
    OK(p2svpn_recover(path, NULL));
#ifndef _WIN32
    FAILS(P2SVPN_ERROR_MACHINE_FAILED, p2svpn_recover("/tmp", &report));
#endif
    p2svpn_client *client = NULL;
    p2svpn_client_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.journal_folder = path;
    OK(p2svpn_client_new(&options, &client));
    p2svpn_client_free(client);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    uint8_t key[32], wrong[32];
    memset(key, 7, sizeof key);
    memset(wrong, 8, sizeof wrong);
    char *profile = NULL, *copy = NULL, path[4096];
    nothing_is_left_behind(argv[1]);

    p2svpn_client *first = NULL, *second = NULL, *none = NULL;
    p2svpn_client_options options = options_of(argv[1], key);
    OK(p2svpn_client_new(&options, &first));
    OK(p2svpn_client_new(&options, &second));
    CHECK(problems_of(first) == 0);

    /* One client sees what the other one does, when it looks. */
    OK(p2svpn_client_import_file(first, argv[2], &profile));
    OK(p2svpn_client_duplicate_profile(first, profile, "Copy", &copy));
    OK(p2svpn_client_move_profile(first, copy, 0));
    OK(p2svpn_client_refresh_profiles(second));
    CHECK(profiles_of(second) == 2);
    p2svpn_event *event = next_of_kind(second, P2SVPN_EVENT_PROFILES_CHANGED);
    CHECK(p2svpn_event_profile_change_count(event) > 0);
    CHECK(p2svpn_profile_change_kind(p2svpn_event_profile_change(event, 0)) == P2SVPN_PROFILE_ADDED);
    p2svpn_event_free(event);
    p2svpn_profiles *list = NULL;
    OK(p2svpn_client_profiles(second, &list));
    CHECK(strcmp(p2svpn_profile_id(p2svpn_profiles_at(list, 0)), copy) == 0);
    p2svpn_profiles_free(list);
    p2svpn_client_free(first);
    p2svpn_client_free(second);

    /* Another key opens nothing, nor does the system's, and a key without a folder is a mistake. */
    options = options_of(argv[1], wrong);
    FAILS(P2SVPN_ERROR_STORE_KEY_WRONG, p2svpn_client_new(&options, &none));
    options = options_of(NULL, key);
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_new(&options, &none));
    options = options_of(argv[1], NULL);
    FAILS(P2SVPN_ERROR_STORE_KEY_WRONG, p2svpn_client_new(&options, &none));
    CHECK(none == NULL);

    /* A damaged file is set aside and told, the others load, and it can be deleted. */
    snprintf(path, sizeof path, "%s/profiles/%s.json", argv[1], copy);
    FILE *file = fopen(path, "w");
    CHECK(file && fputs("{", file) >= 0 && fclose(file) == 0);
    options = options_of(argv[1], key);
    OK(p2svpn_client_new(&options, &first));
    CHECK(profiles_of(first) == 1);
    p2svpn_profile_problems *problems = NULL;
    OK(p2svpn_client_profile_problems(first, &problems));
    CHECK(p2svpn_profile_problems_count(problems) == 1);
    CHECK(p2svpn_profile_problems_at(problems, 1) == NULL);
    const p2svpn_profile_problem *problem = p2svpn_profile_problems_at(problems, 0);
    CHECK(p2svpn_profile_problem_kind(problem) == P2SVPN_PROFILE_PROBLEM_SET_ASIDE);
    CHECK(strstr(p2svpn_profile_problem_path(problem), "/damaged/"));
    CHECK(strcmp(p2svpn_profile_problem_profile(problem), copy) == 0);
    CHECK(strlen(p2svpn_profile_problem_reason(problem)) > 0);
    CHECK(strlen(p2svpn_profile_problem_remedy(problem)) > 0);
    bool discarded = true;
    OK(p2svpn_client_discard_profile_file(first, "../profiles", &discarded));
    CHECK(!discarded);
    OK(p2svpn_client_discard_profile_file(first, p2svpn_profile_problem_set_aside(problem), &discarded));
    CHECK(discarded);
    CHECK(problems_of(first) == 0);
    OK(p2svpn_client_discard_profile_file(first, p2svpn_profile_problem_set_aside(problem), NULL));
    p2svpn_profile_problems_free(problems);

    OK(p2svpn_client_remove_profile(first, profile));
    CHECK(profiles_of(first) == 0);
    FAILS(P2SVPN_ERROR_PROFILE_UNKNOWN, p2svpn_client_remove_profile(first, profile));
    p2svpn_client_free(first);
    p2svpn_string_free(profile);
    p2svpn_string_free(copy);
    puts("done");
    return 0;
}
