package dev.heimdall.manager.rest;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Routes;
import dev.heimdall.secrets.StoreException;

/**
 * Operation that a program can request at a path.
 *
 * @param path as {@link Routes} has it
 * @param permission that it needs; with {@link Permission#OWN_ACCOUNT} it is there for who has to
 *     change his password first, too
 * @param largestBody in bytes; 0: it takes none
 * @param words what the API's description says of it
 */
public record Operation(
    String method,
    String path,
    Permission permission,
    int largestBody,
    OperationText words,
    Handler handler)
    implements Routes.Route {
  /** Code that carries out the operation. */
  public interface Handler {
    /** May wait for the configuration's place. */
    Answer answer(Call call) throws Refusal, StoreException, EditRefused;
  }

  /** One of which the description says nothing yet: see {@link #saying}. */
  public Operation(
      String method, String path, Permission permission, int largestBody, Handler handler) {
    this(method, path, permission, largestBody, OperationText.NONE, handler);
  }

  /** One that reads. */
  public static Operation get(String path, Permission permission, Handler handler) {
    return new Operation("GET", path, permission, 0, handler);
  }

  /** Returns a copy with a description. */
  public Operation saying(OperationText said) {
    return new Operation(method, path, permission, largestBody, said, handler);
  }

  /** Returns a copy with a description of one sentence. */
  public Operation saying(String summary) {
    return saying(OperationText.of(summary));
  }
}
