package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Routes;
import dev.heimdall.secrets.StoreException;

/**
 * Resource that a browser can request at a path.
 *
 * @param method GET or POST, whose form is a session's by then
 * @param path as {@link Routes} has it
 * @param permission that it needs; with {@link Permission#OWN_ACCOUNT} it is there for who has to
 *     change his password first, too
 */
public record Page(String method, String path, Permission permission, Handler handler)
    implements Routes.Route {
  /** Code that makes the page. */
  public interface Handler {
    /** May wait for the configuration's place. A {@link Refusal} becomes a page that says so. */
    Answer answer(Visit visit) throws Refusal, StoreException, EditRefused;
  }

  /** One that is looked at. */
  public static Page get(String path, Permission permission, Handler handler) {
    return new Page("GET", path, permission, handler);
  }

  /** A form that was sent. */
  public static Page post(String path, Permission permission, Handler handler) {
    return new Page("POST", path, permission, handler);
  }
}
