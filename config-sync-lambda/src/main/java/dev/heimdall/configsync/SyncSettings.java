package dev.heimdall.configsync;

import dev.heimdall.routing.PushSignature;
import dev.heimdall.secrets.StoreLocation;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Settings that the function reads from its environment.
 *
 * @param region where it runs: {@code AWS_REGION}
 * @param store where documents are kept: {@code HEIMDALL_STORE}
 * @param key what pushes are signed with, one key a line, the newest first: {@code HEIMDALL_KEY},
 *     or the text of the secret that {@code HEIMDALL_KEY_SECRET} names
 * @param regions where there are clusters or nodes besides its own: {@code HEIMDALL_REGIONS}
 * @param members whether the regions in which global clusters have members are asked as well, which
 *     needs a way there: {@code HEIMDALL_MEMBER_REGIONS}
 * @param stores those of other regions, where its document is kept as well: {@code
 *     HEIMDALL_OTHER_STORES}
 * @param storeRegions regions whose nodes' machines name such a store: the same
 * @param pushes regions besides its own whose nodes it pushes to, which needs a way there: {@code
 *     HEIMDALL_PUSH_REGIONS}
 * @param tag that nodes have: {@code HEIMDALL_FLEET_TAG}
 * @param fleet the tag's value: {@code HEIMDALL_FLEET}
 * @param port of a node's HTTP endpoint: {@code HEIMDALL_NODE_PORT}
 * @param rds where the RDS API is, if not where AWS has it: {@code HEIMDALL_RDS_ENDPOINT}
 * @param ec2 the same of EC2: {@code HEIMDALL_EC2_ENDPOINT}
 * @param secrets the same of Secrets Manager: {@code HEIMDALL_SECRETS_ENDPOINT}
 */
record SyncSettings(
    String region,
    String store,
    Key key,
    Set<String> regions,
    boolean members,
    List<StoreLocation> stores,
    Set<String> storeRegions,
    Set<String> pushes,
    String tag,
    String fleet,
    int port,
    Optional<URI> rds,
    Optional<URI> ec2,
    Optional<URI> secrets) {
  private static final String DEFAULT_TAG = "heimdall:fleet";
  private static final String DEFAULT_PORT = "5059";
  private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}");
  private static final Set<String> KNOWN =
      Set.of(
          "HEIMDALL_STORE",
          "HEIMDALL_KEY",
          "HEIMDALL_KEY_SECRET",
          "HEIMDALL_REGIONS",
          "HEIMDALL_MEMBER_REGIONS",
          "HEIMDALL_OTHER_STORES",
          "HEIMDALL_PUSH_REGIONS",
          "HEIMDALL_FLEET_TAG",
          "HEIMDALL_FLEET",
          "HEIMDALL_NODE_PORT",
          "HEIMDALL_RDS_ENDPOINT",
          "HEIMDALL_EC2_ENDPOINT",
          "HEIMDALL_SECRETS_ENDPOINT");

  /** Location of the key. It does not show itself. */
  record Key(Optional<String> text, Optional<String> secret) {
    @Override
    public String toString() {
      return secret.map(name -> "the secret " + name).orElse("***");
    }
  }

  SyncSettings {
    regions = Set.copyOf(regions);
    stores = List.copyOf(stores);
    storeRegions = Set.copyOf(storeRegions);
    pushes = Set.copyOf(pushes);
  }

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException with all that is wrong
   */
  static SyncSettings of(Map<String, String> environment) {
    return new Reading(environment).all();
  }

  /** Reads all of them before it complains. */
  private static final class Reading {
    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();

    Reading(Map<String, String> environment) {
      this.environment = environment;
    }

    SyncSettings all() {
      for (String name : new TreeSet<>(environment.keySet())) {
        if (name.startsWith("HEIMDALL_") && !KNOWN.contains(name)) {
          problems.add(
              name + " is not known; there are " + String.join(", ", new TreeSet<>(KNOWN)));
        }
      }
      SyncSettings settings =
          new SyncSettings(
              needed("AWS_REGION"),
              needed("HEIMDALL_STORE"),
              key(),
              regions("HEIMDALL_REGIONS"),
              members(),
              stores(),
              storeRegions(),
              pushes(),
              given("HEIMDALL_FLEET_TAG").orElse(DEFAULT_TAG),
              needed("HEIMDALL_FLEET"),
              port(),
              endpoint("HEIMDALL_RDS_ENDPOINT"),
              endpoint("HEIMDALL_EC2_ENDPOINT"),
              endpoint("HEIMDALL_SECRETS_ENDPOINT"));
      if (!problems.isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", problems));
      }
      return settings;
    }

    private Optional<String> given(String name) {
      return Optional.ofNullable(environment.get(name))
          .map(String::strip)
          .filter(t -> !t.isEmpty());
    }

    private String needed(String name) {
      return given(name)
          .orElseGet(
              () -> {
                problems.add(name + " is not set");
                return "";
              });
    }

    private Key key() {
      Key key = new Key(given("HEIMDALL_KEY"), given("HEIMDALL_KEY_SECRET"));
      if (key.text().isPresent() == key.secret().isPresent()) {
        problems.add("exactly one of HEIMDALL_KEY and HEIMDALL_KEY_SECRET has to be set");
      }
      key.text()
          .ifPresent(
              text -> {
                try {
                  PushSignature.all(text);
                } catch (IllegalArgumentException e) {
                  problems.add("HEIMDALL_KEY: " + e.getMessage());
                }
              });
      return key;
    }

    private Set<String> regions(String name) {
      Set<String> regions = new TreeSet<>();
      for (String region : words(name)) {
        if (REGION.matcher(region).matches()) {
          regions.add(region);
        } else {
          problems.add(name + " names " + region + ", which is no region");
        }
      }
      return regions;
    }

    private List<String> words(String name) {
      return Stream.of(given(name).orElse("").split("[,\\s]+"))
          .filter(word -> !word.isEmpty())
          .toList();
    }

    /** Its own region is pushed to anyway. */
    private Set<String> pushes() {
      Set<String> regions = regions("HEIMDALL_PUSH_REGIONS");
      given("AWS_REGION").ifPresent(regions::remove);
      return regions;
    }

    private List<StoreLocation> stores() {
      List<StoreLocation> stores = new ArrayList<>();
      for (String store : words("HEIMDALL_OTHER_STORES")) {
        if (!REGION.matcher(store).matches()) {
          try {
            stores.add(StoreLocation.of(store));
          } catch (IllegalArgumentException e) {
            problems.add("HEIMDALL_OTHER_STORES: " + e.getMessage());
          }
        }
      }
      return stores;
    }

    /** In place of a store: the one that the machines there name. Its own is written anyway. */
    private Set<String> storeRegions() {
      Set<String> regions = new TreeSet<>(words("HEIMDALL_OTHER_STORES"));
      regions.removeIf(word -> !REGION.matcher(word).matches());
      given("AWS_REGION").ifPresent(regions::remove);
      return regions;
    }

    private boolean members() {
      String members = given("HEIMDALL_MEMBER_REGIONS").orElse("ask");
      if (!members.equals("ask") && !members.equals("leave")) {
        problems.add("HEIMDALL_MEMBER_REGIONS is neither ask nor leave: " + members);
      }
      return members.equals("ask");
    }

    private int port() {
      String port = given("HEIMDALL_NODE_PORT").orElse(DEFAULT_PORT);
      if (port.matches("[1-9][0-9]{0,4}")) {
        return Integer.parseInt(port);
      }
      problems.add("HEIMDALL_NODE_PORT is no port: " + port);
      return 0;
    }

    private Optional<URI> endpoint(String name) {
      Optional<String> text = given(name);
      if (text.isPresent() && !text.get().matches("https?://[A-Za-z0-9._:-]+/?")) {
        problems.add(name + " is no URL such as https://host:port");
        return Optional.empty();
      }
      return text.map(URI::create);
    }
  }
}
