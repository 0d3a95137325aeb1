// 字数 as core.text.count_words_cn counts it: a Chinese character or full-width mark one each, a run of anything else one.

const UNSEEN = new RegExp("[\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff\\ufff9-\\ufffb\\ufffe\\uffff\\ud800-\\udfff]", "gu");
const WIDE = "\\u1100-\\u11ff\\u2e80-\\u2fff\\u3001-\\ua4cf\\ua960-\\ua97f\\uac00-\\ud7ff\\uf900-\\ufaff\\ufe10-\\ufe1f\\ufe30-\\ufe6f\\uff01-\\uffee\\u{1f200}-\\u{1f2ff}\\u{20000}-\\u{3ffff}";
const CHINESE_MARKS = "‘’“”—…·‖※℃㎡①-⑳";
// Python's \s holds the separators and NEL, too.
const SPACE = "\\s\\x1c-\\x1f\\x85";
const WORD = new RegExp(`[${WIDE}]|(?:(?<=[A-Za-z])’(?=[A-Za-z])|[^${SPACE}${WIDE}${CHINESE_MARKS}])+|[${CHINESE_MARKS}]`, "gu");

/** How many 字 the text has, as Word counts. */
export function countWords(text) {
  return text.replace(UNSEEN, "").match(WORD)?.length ?? 0;
}
