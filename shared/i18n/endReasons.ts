/**
 * Why a call ended, in words for people: by the network's code (spec 1.2; 850 to 865 are the operator's own list, the
 * others SIP, RFC 3261 21) and by the response that was judged from it.
 */

import type { DisconnectResponse } from '../calls/disconnect.ts';
import type { CallDirection } from '../calls/record.ts';
import { type MessageKey, text } from './messages.ts';
import type { Language } from './template.ts';

type InBoth = Readonly<Record<Language, string>>;

const NOT_ANSWERED: InBoth = { en: 'The person did not answer.', vi: 'Người nghe không trả lời.' };

const REASONS: Readonly<Record<number, InBoth>> = {
  200: { en: 'The call ended normally.', vi: 'Cuộc gọi kết thúc bình thường.' },
  403: {
    en: 'The plan allows only numbers that were dialled before. Upgrade it to call others.',
    vi: 'Gói cước chỉ cho gọi những số đã khai báo. Hãy nâng cấp gói để gọi số khác.',
  },
  404: {
    en: 'The number may not call through this carrier, or does not exist.',
    vi: 'Số này không được phép gọi qua nhà mạng, hoặc không tồn tại.',
  },
  408: { en: 'The network did not answer in time.', vi: 'Mạng không phản hồi kịp thời.' },
  480: {
    en: 'The number cannot be reached now. If it stays so, contact support.',
    vi: 'Hiện không liên lạc được với số này. Nếu vẫn vậy, hãy liên hệ bộ phận hỗ trợ.',
  },
  486: { en: 'The person is busy or does not want to answer.', vi: 'Người nghe bận hoặc không muốn trả lời.' },
  487: { en: 'The call was canceled.', vi: 'Cuộc gọi đã bị hủy.' },
  500: { en: 'The server had an error. Try again later.', vi: 'Máy chủ gặp lỗi. Hãy thử lại sau.' },
  503: NOT_ANSWERED,
  600: NOT_ANSWERED,
  601: { en: 'The customer ended the call.', vi: 'Khách hàng đã kết thúc cuộc gọi.' },
  602: {
    en: 'Another employee answered or ended the call.',
    vi: 'Nhân viên khác đã trả lời hoặc kết thúc cuộc gọi.',
  },
  603: {
    en: 'The call was rejected. Check the limit of the account and whether calls are barred.',
    vi: 'Cuộc gọi bị từ chối. Hãy kiểm tra hạn mức tài khoản và việc chặn cuộc gọi.',
  },
  850: { en: 'Too many calls at the same time.', vi: 'Vượt quá số cuộc gọi đồng thời.' },
  851: { en: 'The longest allowed duration was reached.', vi: 'Cuộc gọi đã đạt thời lượng tối đa.' },
  852: {
    en: 'No service package is assigned. Ask your administrator.',
    vi: 'Chưa được gán gói dịch vụ. Hãy hỏi quản trị viên.',
  },
  853: { en: 'The internal number is disabled.', vi: 'Số nội bộ đã bị vô hiệu hóa.' },
  854: { en: 'The person is on the do-not-call list.', vi: 'Thuê bao nằm trong danh sách không gọi (DNC).' },
  855: { en: 'The calls of the trial package are used up.', vi: 'Gói dùng thử đã hết số cuộc gọi.' },
  856: { en: 'The minutes of the trial package are used up.', vi: 'Gói dùng thử đã hết số phút gọi.' },
  857: { en: 'The number is blocked in the configuration.', vi: 'Thuê bao bị chặn trong cấu hình.' },
  858: { en: 'The number is unknown or not configured.', vi: 'Số chưa được định danh hoặc chưa được cấu hình.' },
  859: { en: 'No number is available for calls to Viettel.', vi: 'Không có đầu số để gọi mạng Viettel.' },
  860: { en: 'No number is available for calls to VinaPhone.', vi: 'Không có đầu số để gọi mạng VinaPhone.' },
  861: { en: 'No number is available for calls to MobiFone.', vi: 'Không có đầu số để gọi mạng MobiFone.' },
  862: { en: 'Calls to Viettel are blocked for now.', vi: 'Hướng gọi Viettel đang tạm khóa.' },
  863: { en: 'Calls to VinaPhone are blocked for now.', vi: 'Hướng gọi VinaPhone đang tạm khóa.' },
  864: { en: 'Calls to MobiFone are blocked for now.', vi: 'Hướng gọi MobiFone đang tạm khóa.' },
  865: {
    en: 'Advertising calls are not allowed at this hour.',
    vi: 'Số quảng cáo gọi ngoài khung giờ cho phép.',
  },
};

/** By the class of a SIP final response (RFC 3261 7.2): the hundreds. */
const BY_CLASS: Readonly<Record<number, InBoth>> = {
  2: { en: 'The call ended normally.', vi: 'Cuộc gọi kết thúc bình thường.' },
  3: { en: 'The number has moved.', vi: 'Số này đã được chuyển đi nơi khác.' },
  4: { en: 'The network could not set up the call.', vi: 'Mạng không thiết lập được cuộc gọi.' },
  5: { en: 'The phone network had an error. Try again later.', vi: 'Mạng điện thoại gặp lỗi. Hãy thử lại sau.' },
  6: { en: 'The call was refused.', vi: 'Cuộc gọi bị từ chối.' },
};

const UNKNOWN: InBoth = { en: 'The network gave no known reason.', vi: 'Mạng không cho biết lý do.' };

/** What a code of the network means; the code itself is not part of the text. */
export function endReason(code: number, language: Language): string {
  return (REASONS[code] ?? BY_CLASS[Math.floor(code / 100)] ?? UNKNOWN)[language];
}

type ResponseTexts = Readonly<Record<DisconnectResponse, Extract<MessageKey, `response.${string}`>>>;

const OUTGOING: ResponseTexts = {
  local: 'response.canceled',
  remote: 'response.noAnswer',
  canceled: 'response.canceled',
  missed: 'response.noAnswer',
  rejected: 'response.rejected',
  declined: 'response.rejected',
  busy: 'response.busy',
  answeredElsewhere: 'response.answeredElsewhere',
  declinedElsewhere: 'response.declinedElsewhere',
  error: 'response.error',
  unknown: 'response.ended',
};

const INCOMING: ResponseTexts = {
  ...OUTGOING,
  local: 'response.declined',
  remote: 'response.missed',
  canceled: 'response.callerGaveUp',
  missed: 'response.missed',
  rejected: 'response.declined',
  declined: 'response.declined',
  busy: 'response.missedBusy',
};

export interface Ending {
  response: DisconnectResponse;
  direction: CallDirection;
  /** Whether the two had spoken: a far side that hangs up is not a far side that never answered. */
  answered: boolean;
}

/** How a call ended, in two or three words. */
export function disconnectText(language: Language, { response, direction, answered }: Ending): string {
  if (answered && response !== 'error') return text(language, 'response.ended');
  return text(language, (direction === 'outgoing' ? OUTGOING : INCOMING)[response]);
}
