package dev.heimdall.launcher.deployment;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A secret that documents name and that is not there, or is unknown.
 *
 * @param user that logs in with it
 * @param in the regions that lack it
 * @param from a region that has it, of which the others get copies
 */
public record MissingSecret(String name, String user, List<String> in, Optional<String> from) {
  private static final String COMMAND = "aws secretsmanager ";

  public MissingSecret {
    in = List.copyOf(in);
  }

  /** Its home is the first region; Secrets Manager keeps copies in the others alike. */
  List<String> copies() {
    return from.isPresent() ? in : in.subList(1, in.size());
  }

  /** Command that makes it, in all regions at once. */
  public String command() {
    String replicas =
        copies().isEmpty()
            ? ""
            : " --add-replica-regions "
                + copies().stream()
                    .map(region -> "Region=" + region)
                    .collect(Collectors.joining(" "));
    return from.map(
            region ->
                COMMAND
                    + "replicate-secret-to-regions --region %s --secret-id %s%s"
                        .formatted(region, name, replicas))
        .orElseGet(
            () ->
                COMMAND
                    + "create-secret --region %s --name %s%s --secret-string '%s'"
                        .formatted(
                            in.get(0),
                            name,
                            replicas,
                            "{\"username\": \"%s\", \"password\": \"…\"}".formatted(user)));
  }
}
