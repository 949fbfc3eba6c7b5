package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.model.VirtualDatabase;
import java.util.List;

/** A line of {@code pg_hba.conf} as a rule of a virtual database's log-ins. */
record HbaRule(
    String type, List<String> databases, List<String> users, String address, String method) {

  HbaRule rejecting(String whichType, List<String> whom) {
    return new HbaRule(whichType, databases, whom, address, "reject");
  }

  /** Adds it to the rules of a group, unless it is for databases of others alone. */
  void into(ArrayNode auth, Group group) {
    List<String> own =
        databases.stream()
            .filter(
                name ->
                    name.equals("all")
                        || group.databases().containsKey(name)
                        || group.databases().containsKey(VirtualDatabase.ANY_DATABASE))
            .toList();
    if (own.isEmpty()) {
      return;
    }
    ObjectNode rule = auth.addObject();
    rule.put("type", type);
    own.forEach(rule.putArray("databases")::add);
    users.forEach(rule.putArray("users")::add);
    rule.put("address", address);
    rule.put("method", method);
  }
}
