package dev.heimdall.manager.accounts;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Purpose of a user at the manager. This table says what each may do, whichever way he comes. */
public enum Role {
  /** Everything. */
  ADMIN(EnumSet.allOf(Permission.class)),
  /** Looks at the configuration, without the secrets in it. */
  READ_ONLY(
      EnumSet.of(
          Permission.READ_CONFIGURATION,
          Permission.OWN_ACCOUNT,
          Permission.OWN_FACTOR,
          Permission.OWN_TOKENS)),
  /** Looks at who did what, too. */
  AUDIT(
      EnumSet.of(
          Permission.READ_CONFIGURATION,
          Permission.READ_AUDIT,
          Permission.OWN_ACCOUNT,
          Permission.OWN_FACTOR,
          Permission.OWN_TOKENS));

  private final Set<Permission> permissions;

  Role(Set<Permission> permissions) {
    this.permissions = permissions;
  }

  /** True if he may do this. */
  public boolean may(Permission permission) {
    return permissions.contains(permission);
  }

  /** The one of both that may do less. */
  public Role least(Role other) {
    return other.permissions.containsAll(permissions) ? this : other;
  }

  /** As documents have it. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role that is written so. */
  public static Optional<Role> of(String spelling) {
    return Stream.of(values()).filter(role -> role.spelling().equals(spelling)).findFirst();
  }
}
