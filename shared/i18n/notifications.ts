/**
 * What notifications say, and the labels of the actions on a call. A module of its own because the service worker
 * needs these texts and none of the others.
 */

import type { CommandKind } from '../calls/commands.ts';
import { fill, type Language, type Params } from './template.ts';

const en = {
  'notification.incoming.audio': 'Incoming audio call',
  'notification.incoming.video': 'Incoming video call',
  'notification.incoming.plain': 'Incoming call',
  'notification.incoming.while': 'You are in a call with {name}',
  'notification.outgoing': 'Calling {name}',
  'notification.live': 'In call with {name}',
  'notification.reconnecting': 'Reconnecting to {name}',
  'notification.missed.one': 'Missed call',
  'notification.missed.many': '{count} missed calls',
  'notification.answeredElsewhere': 'Answered on another device',
  'notification.declinedElsewhere': 'Declined on another device',
  'notification.canceled': 'The caller hung up',
  'notification.unknownCaller': 'Unknown caller',
  'action.answer': 'Answer',
  'action.decline': 'Decline',
  'action.hangUp': 'Hang up',
  'action.dismiss': 'Dismiss',
  'action.callback': 'Call back',
  'action.switchVideo': 'Switch to video',
  'action.switchAudio': 'Switch to audio',
  'action.switchScreenShare': 'Share screen',
  'action.mute': 'Mute',
  'action.unmute': 'Unmute',
  'action.hold': 'Hold',
  'action.unhold': 'Resume',
  'action.silence': 'Silence',
  'action.disableVideo': 'Turn camera off',
  'action.enableVideo': 'Turn camera on',
  'action.holdAndAnswer': 'Hold and answer',
  'action.endAndAnswer': 'End and answer',
  'action.swap': 'Swap calls',
  'action.answerWithVideo': 'Answer with video',
  'action.declineEverywhere': 'Decline on all devices',
  'action.dtmf': 'Keypad',
  'action.transfer': 'Transfer',
  'action.attendedTransfer': 'Connect the two calls',
  'action.merge': 'Merge calls',
  'action.takeHere': 'Take the call here',
  'action.switchCamera': 'Switch camera',
} as const satisfies Record<string, string> & Record<`action.${CommandKind}`, string>;

const vi: Readonly<Record<NotificationKey, string>> = {
  'notification.incoming.audio': 'Cuộc gọi thoại đến',
  'notification.incoming.video': 'Cuộc gọi video đến',
  'notification.incoming.plain': 'Cuộc gọi đến',
  'notification.incoming.while': 'Bạn đang nói chuyện với {name}',
  'notification.outgoing': 'Đang gọi {name}',
  'notification.live': 'Đang trong cuộc gọi với {name}',
  'notification.reconnecting': 'Đang kết nối lại với {name}',
  'notification.missed.one': 'Cuộc gọi nhỡ',
  'notification.missed.many': '{count} cuộc gọi nhỡ',
  'notification.answeredElsewhere': 'Đã trả lời trên thiết bị khác',
  'notification.declinedElsewhere': 'Đã từ chối trên thiết bị khác',
  'notification.canceled': 'Người gọi đã gác máy',
  'notification.unknownCaller': 'Người gọi không xác định',
  'action.answer': 'Trả lời',
  'action.decline': 'Từ chối',
  'action.hangUp': 'Kết thúc',
  'action.dismiss': 'Bỏ qua',
  'action.callback': 'Gọi lại',
  'action.switchVideo': 'Chuyển sang video',
  'action.switchAudio': 'Chuyển sang thoại',
  'action.switchScreenShare': 'Chia sẻ màn hình',
  'action.mute': 'Tắt tiếng',
  'action.unmute': 'Bật tiếng',
  'action.hold': 'Giữ máy',
  'action.unhold': 'Nối lại',
  'action.silence': 'Tắt chuông',
  'action.disableVideo': 'Tắt camera',
  'action.enableVideo': 'Bật camera',
  'action.holdAndAnswer': 'Giữ máy và trả lời',
  'action.endAndAnswer': 'Kết thúc và trả lời',
  'action.swap': 'Đổi cuộc gọi',
  'action.answerWithVideo': 'Trả lời bằng video',
  'action.declineEverywhere': 'Từ chối trên mọi thiết bị',
  'action.dtmf': 'Bàn phím',
  'action.transfer': 'Chuyển cuộc gọi',
  'action.attendedTransfer': 'Nối hai cuộc gọi',
  'action.merge': 'Gộp cuộc gọi',
  'action.takeHere': 'Nghe tại đây',
  'action.switchCamera': 'Đổi camera',
};

type English = typeof en;
export type NotificationKey = keyof English;

/** For tests and for tools that translate; everybody else asks {@link notificationText}. */
export const NOTIFICATION_CATALOGUES: Readonly<Record<Language, Readonly<Record<NotificationKey, string>>>> = {
  en,
  vi,
};

export function notificationText<Key extends NotificationKey>(
  language: Language,
  key: Key,
  ...[params]: Params<English[Key]>
): string {
  return fill(NOTIFICATION_CATALOGUES[language][key], params);
}

/** The label of an action's button. */
export function actionText(language: Language, kind: CommandKind): string {
  return NOTIFICATION_CATALOGUES[language][`action.${kind}`];
}
