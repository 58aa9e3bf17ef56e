/*
 * profiles: imports a file with a profile, edits it, explains it and exports it.
 *
 *   profiles FILE [NETWORK...]    adds the networks to its routes and prints the plan, then the file without its secrets
 */
#include <p2svpn.h>
#include <stdio.h>

/* Says what went wrong and what to do about it; 0 if nothing did. */
static int failed(p2svpn_error *error) {
    if (!error) return 0;
    fprintf(stderr, "Error %u (%s): %s\n%s\n", p2svpn_error_number(error), p2svpn_error_name(error),
            p2svpn_error_message(error), p2svpn_error_remedy(error));
    p2svpn_error_free(error);
    return 1;
}

/* Prints a text that is ours, and frees it. */
static void print(char *text) {
    printf("%s\n", text);
    p2svpn_string_free(text);
}

static int add_routes(p2svpn_client *client, const char *profile, char **networks, int count) {
    p2svpn_profile_edit *edit = NULL;
    p2svpn_edit_report *report = NULL;
    if (failed(p2svpn_profile_edit_new(&edit))) return 1;
    int status = 0;
    for (int i = 0; i < count && !status; i++) {
        status = failed(p2svpn_profile_edit_include_routes(edit, P2SVPN_LIST_ADD, networks[i]));
    }
    if (!status) status = failed(p2svpn_client_edit_profile(client, profile, edit, &report));
    if (!status) printf("%s\n", p2svpn_edit_report_text(report));
    p2svpn_edit_report_free(report);
    p2svpn_profile_edit_free(edit);
    return status;
}

static int show(p2svpn_client *client, const char *profile) {
    p2svpn_plan *plan = NULL;
    char *file = NULL, *notes = NULL;
    if (failed(p2svpn_client_explain(client, profile, &plan))) return 1;
    printf("%s\n", p2svpn_plan_text(plan));
    p2svpn_plan_free(plan);
    if (failed(p2svpn_client_export_profile(client, profile, P2SVPN_EXPORT_AZURE_XML, false, &file, &notes))) return 1;
    print(file);
    print(notes);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "profiles FILE [NETWORK...]\n");
        return 64;
    }
    p2svpn_client *client = NULL;
    char *profile = NULL;
    if (failed(p2svpn_client_new(NULL, &client))) return 1;
    int status = failed(p2svpn_client_import_file(client, argv[1], &profile));
    if (!status && argc > 2) status = add_routes(client, profile, argv + 2, argc - 2);
    if (!status) status = show(client, profile);
    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    return status;
}
