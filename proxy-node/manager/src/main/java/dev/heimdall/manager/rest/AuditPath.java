package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.audit.AuditEntry;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;

/** {@code /api/v1/audit}: who did what, the last first. */
record AuditPath(AuditLog audit) {
  private static final int MOST = 1000;

  Answer list(Request request) throws Refusal, StoreException {
    request.only("GET");
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
