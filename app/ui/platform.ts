/** What of the browser decides whether and how a call is shown, and no state tells. */

export interface Platform {
  /** Buttons on a notification; 0 in browsers that show none. */
  maxActions: number;
  /** An iPhone or iPad whose page was not opened from the home screen: notifications and push exist only there. */
  needsHomeScreen: boolean;
}

interface Seen {
  userAgent: string;
  maxTouchPoints: number;
  /** Opened from the home screen. */
  standalone: boolean;
  maxActions: number | undefined;
}

export function platformOf({ userAgent, maxTouchPoints, standalone, maxActions = 0 }: Seen): Platform {
  // An iPad calls itself a Macintosh; no Macintosh has a touch screen.
  const apple = /iPhone|iPad|iPod/u.test(userAgent) || (/Macintosh/u.test(userAgent) && maxTouchPoints > 1);
  return { maxActions, needsHomeScreen: apple && !standalone };
}

export function thisPlatform(): Platform {
  const { userAgent, maxTouchPoints, standalone } = navigator as Navigator & { standalone?: boolean };
  const { Notification } = globalThis as { Notification?: { maxActions?: number } };
  return platformOf({
    userAgent,
    maxTouchPoints,
    standalone: standalone === true || matchMedia('(display-mode: standalone)').matches,
    maxActions: Notification?.maxActions,
  });
}
