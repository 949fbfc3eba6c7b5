package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.accounts.Role;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Authenticated principal. The role says what a principal may do: callers check it, and allow
 * nothing but what is due as long as something is.
 *
 * @param due action that comes before all others
 * @param generation generation of the proof, for {@link LogIn#still}
 * @param means kind of the proof
 */
public record Principal(String user, Role role, Due due, String generation, Means means) {
  /** Action that may be required before anything else. */
  public enum Due {
    NOTHING(EnumSet.allOf(Permission.class)),
    /** Password is known to another person: the user changes it. */
    PASSWORD(EnumSet.of(Permission.OWN_ACCOUNT)),
    /** His role is for those with a second factor: he sets one up. */
    SECOND_FACTOR(EnumSet.of(Permission.OWN_ACCOUNT, Permission.OWN_FACTOR));

    private final Set<Permission> left;

    Due(Set<Permission> left) {
      this.left = left;
    }

    /** True if what needs this can be done before. */
    public boolean leaves(Permission permission) {
      return left.contains(permission);
    }
  }

  /** Means of authentication. */
  public enum Means {
    /** By a password, and a code if he has a second factor. */
    PASSWORD(EnumSet.noneOf(Permission.class)),
    /** By a token, which has no power over accounts. */
    TOKEN(EnumSet.of(Permission.MANAGE_ACCOUNTS, Permission.OWN_FACTOR, Permission.OWN_TOKENS)),
    /** At a provider, which has his account: here there is none. */
    PROVIDER(EnumSet.of(Permission.OWN_FACTOR, Permission.OWN_TOKENS));

    private final Set<Permission> without;

    Means(Set<Permission> without) {
      this.without = without;
    }

    /** True if a principal authenticated in this way may do this. */
    public boolean leaves(Permission permission) {
      return !without.contains(permission);
    }

    /** As documents have it. */
    public String spelling() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The one that is written so. */
    public static Optional<Means> of(String spelling) {
      return Stream.of(values()).filter(means -> means.spelling().equals(spelling)).findFirst();
    }
  }

  /**
   * Returns the principal of a user who has shown the password, and a code where one is required.
   */
  public static Principal byPassword(String user, Role role, Due due, String generation) {
    return new Principal(user, role, due, generation, Means.PASSWORD);
  }

  /** Returns the principal of a user whom a provider has let in. */
  public static Principal byProvider(String user, Role role, String generation) {
    return new Principal(user, role, Due.NOTHING, generation, Means.PROVIDER);
  }

  /** True if he may do this, once nothing is due. */
  public boolean may(Permission permission) {
    return role.may(permission) && means.leaves(permission);
  }

  @Override
  public String toString() {
    return user + " (" + role.spelling() + ")";
  }
}
