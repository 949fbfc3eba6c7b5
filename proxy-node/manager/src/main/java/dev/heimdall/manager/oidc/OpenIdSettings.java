package dev.heimdall.manager.oidc;

import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.secrets.Content;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * With which provider people log in, and who of them may do what.
 *
 * @param manager where browsers reach the manager
 * @param issuer the provider, as its tokens name it
 * @param client as what the provider knows the manager
 * @param secret with what the manager shows that it is this client; empty: with nothing
 * @param scopes what is asked for
 * @param name the claim that people are called by
 * @param roles the claim that says a user's permissions
 * @param granted the values of that claim which give a role
 * @param words what the provider is called
 */
public record OpenIdSettings(
    URI manager,
    URI issuer,
    String client,
    Optional<PasswordPlace.External> secret,
    List<String> scopes,
    String name,
    String roles,
    Map<Role, Set<String>> granted,
    String words) {
  /** Settings with which no user could log in; the message names the one. */
  public static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  public OpenIdSettings {
    scopes = List.copyOf(scopes);
    granted = Map.copyOf(granted);
  }

  /** Returns these settings, once it is sure that a log-in with them is possible. */
  public OpenIdSettings checked() throws Unusable {
    origin("managerUrl", manager);
    if (!manager.getRawPath().isEmpty() && !manager.getRawPath().equals("/")) {
      throw new Unusable(
          "managerUrl is %s; it has to end behind the host and the port, as the manager's pages begin there."
              .formatted(manager));
    }
    origin("oidcIssuer", issuer);
    if (granted.values().stream().allMatch(Set::isEmpty)) {
      throw new Unusable(
          "nobody who logs in with OpenID Connect would have a role: name values of the claim %s with oidcAdmins, oidcAuditors or oidcReaders."
              .formatted(roles));
    }
    if (!scopes.contains("openid")) {
      throw new Unusable("oidcScopes has to name openid: without it there is no log-in.");
    }
    return this;
  }

  private static void origin(String key, URI uri) throws Unusable {
    boolean whole =
        uri.getHost() != null
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null
            && uri.getRawUserInfo() == null;
    boolean safe =
        "https".equals(uri.getScheme()) || "http".equals(uri.getScheme()) && isLoopback(uri);
    if (!whole || !safe) {
      throw new Unusable(
          "%s is %s; it has to be https://HOST without a user, ? and #; http:// is for localhost alone."
              .formatted(key, uri));
    }
  }

  /** Reads one that is written by hand. */
  public static URI uri(String key, String written) throws Unusable {
    try {
      return new URI(written);
    } catch (URISyntaxException e) {
      throw new Unusable("%s is no URL: %s".formatted(key, e.getReason()));
    }
  }

  /** True if it is named as being on this machine. */
  static boolean isLoopback(URI uri) {
    String host = String.valueOf(uri.getHost());
    return host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
  }

  boolean providerIsHere() {
    return isLoopback(issuer);
  }

  /** A page of the manager, as browsers reach it. */
  URI page(String path) {
    String text = manager.toString();
    return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
  }

  /** A word for all that a user's role follows from: with other settings it is another one. */
  String generation() {
    Map<Role, Set<String>> sorted = new TreeMap<>();
    granted.forEach((role, values) -> sorted.put(role, new TreeSet<>(values)));
    return Content.of(List.of(issuer, client, name, roles, sorted).toString()).hash();
  }
}
