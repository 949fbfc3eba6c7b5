package dev.heimdall.manager.store;

import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;

/**
 * The stores of the manager's own documents, each in a part of one place: what is looked at often
 * is small, and what is large is looked at rarely.
 *
 * @param access who may do what
 * @param history what became of the configuration
 * @param audit who did what
 * @param events what happened
 * @param alerts who is told of it
 * @param firing what is wrong, and what was
 */
public record OwnStore(
    DocumentStore access,
    DocumentStore history,
    DocumentStore audit,
    DocumentStore events,
    DocumentStore alerts,
    DocumentStore firing)
    implements AutoCloseable {
  /** Opens them; no request is sent yet. */
  public static OwnStore open(StoreLocation place) throws StoreException {
    return new OwnStore(
        DocumentStore.open(OwnPlace.part(place, "access")),
        DocumentStore.open(OwnPlace.part(place, "history")),
        DocumentStore.open(OwnPlace.part(place, "audit")),
        DocumentStore.open(OwnPlace.part(place, "events")),
        DocumentStore.open(OwnPlace.part(place, "alerts")),
        DocumentStore.open(OwnPlace.part(place, "firing")));
  }

  @Override
  public void close() {
    access.close();
    history.close();
    audit.close();
    events.close();
    alerts.close();
    firing.close();
  }
}
