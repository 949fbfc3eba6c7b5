package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.audit.AuditEntry;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.secrets.StoreException;
import java.util.List;

/** {@code /api/v1/audit}: who did what, the last first. */
record AuditPath(AuditLog audit) implements Resource {
  private static final int MOST = 1000;

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/v1/audit", Permission.READ_AUDIT, call -> list())
            .saying("Lists who did what, the last first"));
  }

  private Answer list() throws StoreException {
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode entries = body.putArray("entries");
    for (AuditEntry entry : audit.entries(MOST)) {
      entries
          .addObject()
          .put("at", entry.at().toString())
          .put("action", entry.action())
          .put("user", entry.user())
          .put("address", entry.address())
          .put("subject", entry.subject());
    }
    return Answer.json(200, body);
  }
}
