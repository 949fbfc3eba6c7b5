package dev.heimdall.manager.clients;

import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Query of the list of clients; an empty part matches all.
 *
 * @param address where they come from, or the beginning of it
 * @param pinned {@code yes}: only those that keep their server connection
 * @param statement a part of the pattern of their statement
 * @param order see {@link #ORDERS}
 */
public record ClientQuery(
    String node,
    String vdb,
    String user,
    String database,
    String address,
    String state,
    String pinned,
    String statement,
    String order) {
  /** As nodes have them. */
  public static final List<String> STATES =
      List.of(
          "waiting", "active", "idle_in_transaction", "idle_in_batch", "idle", "login", "closing");

  /** Sort orders of the clients, the default first. */
  static final List<String> ORDERS =
      List.of("urgency", "connected", "quiet", "user", "address", "queries");

  private static final int LONGEST = 200;

  static ClientQuery of(Request request) throws Refusal {
    ClientQuery wish =
        new ClientQuery(
            asked(request, "node"),
            asked(request, "vdb"),
            asked(request, "user"),
            asked(request, "database"),
            asked(request, "address"),
            asked(request, "state"),
            asked(request, "pinned"),
            asked(request, "statement"),
            asked(request, "order"));
    one("state", wish.state, STATES);
    one("order", wish.order, ORDERS);
    one("pinned", wish.pinned, List.of("yes"));
    return wish;
  }

  private static String asked(Request request, String name) throws Refusal {
    String value = request.query(name).orElse("").strip();
    if (value.length() > LONGEST) {
      throw Request.bad("%s: expected at most %d characters.".formatted(name, LONGEST));
    }
    return value;
  }

  private static void one(String name, String value, List<String> of) throws Refusal {
    if (!value.isEmpty() && !of.contains(value)) {
      throw Request.bad("%s: expected one of %s.".formatted(name, String.join(", ", of)));
    }
  }

  /** Returns this query limited to clients in one state. */
  ClientQuery in(String other) {
    return new ClientQuery(node, vdb, user, database, address, other, pinned, statement, order);
  }

  /** True if clients are left out. */
  public boolean isSet() {
    return parameters().keySet().stream().anyMatch(name -> !name.equals("order"))
        || !node.isEmpty();
  }

  /** True if a node is to show some. */
  boolean isFor(String id) {
    return node.isEmpty() || node.equals(id);
  }

  /** For nodes. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    all()
        .forEach(
            (name, value) -> {
              if (!value.isEmpty() && !name.equals("node")) {
                parameters.put(name, value);
              }
            });
    return parameters;
  }

  private Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("node", node);
    all.put("vdb", vdb);
    all.put("user", user);
    all.put("database", database);
    all.put("address", address);
    all.put("state", state);
    all.put("pinned", pinned);
    all.put("statement", statement);
    all.put("order", order);
    return all;
  }

  /** The query of a link to the same in another order. */
  public String sorted(String by) {
    return query("order", by);
  }

  /** The query of a link to a page of it. */
  public String paged(int page) {
    return query("order", order) + (page > 1 ? "&page=" + page : "");
  }

  private String query(String name, String value) {
    List<String> parts = new ArrayList<>();
    Map<String, String> all = all();
    all.put(name, value);
    all.forEach(
        (key, text) -> {
          if (!text.isEmpty()) {
            parts.add(key + "=" + URLEncoder.encode(text, StandardCharsets.UTF_8));
          }
        });
    return String.join("&", parts);
  }
}
