package dev.heimdall.manager.oidc;

import dev.heimdall.manager.accounts.Role;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Claims of a provider about a user, as the settings read them. */
record Claims(Map<String, Object> all, OpenIdSettings settings) {
  /** Names of accounts cannot begin so: no user from elsewhere is taken for one from here. */
  static final String PREFIX = "oidc:";

  private static final String EMAIL = "email";
  private static final Pattern UNUSUAL = Pattern.compile("[^\\p{L}\\p{N}._@+-]");
  private static final int LONGEST = 100;

  /** Name of the user at this manager. */
  String user(String subject) {
    // A user may write another one's address into his account; the provider says what it has
    // seen.
    boolean foreign =
        settings.name().equals(EMAIL) && isVerified().filter(seen -> !seen).isPresent();
    String name =
        values(settings.name()).stream()
            .filter(value -> !foreign && !value.isBlank())
            .findFirst()
            .orElse(subject);
    String plain = UNUSUAL.matcher(name.strip()).replaceAll("_");
    return PREFIX + plain.substring(0, Math.min(plain.length(), LONGEST));
  }

  /** Of several roles the one that may do most. */
  Optional<Role> role() {
    boolean unseen = settings.roles().equals(EMAIL) && !isVerified().orElse(false);
    List<String> values = unseen ? List.of() : values(settings.roles());
    return Stream.of(Role.ADMIN, Role.AUDIT, Role.READ_ONLY)
        .filter(role -> values.stream().anyMatch(granted(role)::contains))
        .findFirst();
  }

  private Set<String> granted(Role role) {
    return settings.granted().getOrDefault(role, Set.of());
  }

  private Optional<Boolean> isVerified() {
    return Optional.ofNullable(all.get("email_verified"))
        .map(value -> value.toString().equals("true"));
  }

  /** Those of a claim; where no claim has this name, dots lead into objects. */
  private List<String> values(String name) {
    Object found = all.get(name);
    if (found == null) {
      found = all;
      for (String part : name.split("\\.")) {
        found = found instanceof Map<?, ?> map ? map.get(part) : null;
      }
    }
    if (found instanceof Collection<?> several) {
      return several.stream().filter(String.class::isInstance).map(String.class::cast).toList();
    }
    return found instanceof String text ? listed(text) : List.of();
  }

  /** Cognito writes what SAML has several of as {@code [one, other]}. */
  private static List<String> listed(String text) {
    return text.startsWith("[") && text.endsWith("]")
        ? Stream.of(text.substring(1, text.length() - 1).split(",")).map(String::strip).toList()
        : List.of(text);
  }

  /** Personal data are left out. */
  @Override
  public String toString() {
    return "claims";
  }
}
