package dev.heimdall.manager.rest;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Routes;
import dev.heimdall.secrets.StoreException;

/**
 * What a program can ask for at a path.
 *
 * @param path as {@link Routes} has it
 * @param permission that it needs; with {@link Permission#OWN_ACCOUNT} it is there for who has to
 *     change his password first, too
 * @param largestBody in bytes; 0: it takes none
 */
public record Operation(
    String method, String path, Permission permission, int largestBody, Handler handler)
    implements Routes.Route {
  /** What it does. */
  public interface Handler {
    /** May wait for the configuration's place. */
    Answer answer(Call call) throws Refusal, StoreException, EditRefused;
  }

  /** One that reads. */
  public static Operation get(String path, Permission permission, Handler handler) {
    return new Operation("GET", path, permission, 0, handler);
  }
}
