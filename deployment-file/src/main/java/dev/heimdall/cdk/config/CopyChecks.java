package dev.heimdall.cdk.config;

import dev.heimdall.model.StrictDocument.Findings;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Requirements for regions where one region is edited and the others have copies. */
final class CopyChecks {
  private final Deployment deployment;
  private final Findings findings;

  CopyChecks(Deployment deployment, Findings findings) {
    this.deployment = deployment;
    this.findings = findings;
  }

  void all() {
    if (!findings.sound("$.editedIn", "$.regions") || deployment.editedIn().isEmpty()) {
      return;
    }
    String named = deployment.editedIn().get();
    Optional<Region> edited =
        deployment.regions().stream().filter(one -> one.region().equals(named)).findFirst();
    if (edited.isEmpty()) {
      findings.problem(
          "$.editedIn",
          quote(named),
          "a region of this file: "
              + deployment.regions().stream()
                  .map(Region::region)
                  .collect(Collectors.joining(", ")));
      return;
    }
    List<Region> regions = deployment.regions();
    for (int i = 0; i < regions.size(); i++) {
      String at = "$.regions[" + i + "]";
      if (findings.sound(at + ".region", at + ".documents", at + ".manager")) {
        place(regions.get(i), at + ".documents");
        if (deployment.hasCopy(regions.get(i))) {
          copy(regions.get(i), edited.get(), at);
        }
      }
    }
  }

  private void place(Region region, String at) {
    if (region.documents().place() == DocumentPlace.FILE_SYSTEM
        && deployment.regions().size() > 1) {
      findings.problem(
          at + ".place",
          quote("file-system"),
          "\"bucket\" or \"secret\" with \"editedIn\": a file system that EFS replicates is made"
              + " by EFS, and this deployment would not know it. Leave \"editedIn\" out, and each"
              + " region has a file system of its own");
    }
  }

  private void copy(Region region, Region edited, String at) {
    if (!region.account().equals(edited.account())) {
      findings.problem(
          at + ".account",
          region.account().map(CopyChecks::quote).orElse("nothing"),
          "the account of %s, %s, with \"editedIn\": its documents are copied within one account"
              .formatted(edited.region(), edited.account().orElse("the one that deploys")));
    }
    Documents own = region.documents();
    Documents its = edited.documents();
    if (own.place() != its.place()) {
      findings.problem(
          at + ".documents.place",
          quote(own.place().spelling()),
          "%s, as in %s, where \"editedIn\" has the documents edited"
              .formatted(quote(its.place().spelling()), edited.region()));
    }
    if (!own.prefix().equals(its.prefix())) {
      findings.problem(
          at + ".documents.prefix",
          quote(own.prefix()),
          "%s, as in %s: copies have the same names"
              .formatted(quote(its.prefix()), edited.region()));
    }
    if (!own.secret().equals(its.secret())) {
      findings.problem(
          at + ".documents.secret",
          own.secret().map(CopyChecks::quote).orElse("nothing"),
          "the same as in %s, %s: copies have the same names"
              .formatted(edited.region(), its.secret().map(CopyChecks::quote).orElse("nothing")));
    }
    if (own.initial().isPresent()) {
      findings.problem(
          at + ".documents.initial",
          quote(own.initial().get()),
          "nothing: the documents are those of %s, as \"editedIn\" says"
              .formatted(edited.region()));
    }
    if (region.manager().enabled()) {
      findings.problem(
          at + ".manager.enabled",
          "true",
          "false: the documents here are copies, which nobody can edit. Edit them in %s, or let"
                  .formatted(edited.region())
              + " \"editedIn\" name this region");
    }
  }

  private static String quote(String text) {
    return "\"" + text + "\"";
  }
}
