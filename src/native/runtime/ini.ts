/** Parses an INI file as Python's `configparser` does: sections, `=` or `:`, values that go on in indented lines. */

/** Section name to option name to value; the lines of a long value are joined by line breaks. */
export function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let option: string | undefined;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const content = line.trim();
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue;
    const header = /^\[(.+)\]$/.exec(line.trimEnd())?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map<string, string>();
      sections.set(header, section);
      option = undefined;
    } else if (/^\s/.test(line) && section !== undefined && option !== undefined) {
      section.set(option, `${section.get(option) ?? ''}\n${content}`.trim());
    } else {
      const [, name, value] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(content) ?? [];
      if (section === undefined || name === undefined) continue;
      option = name.toLowerCase();
      section.set(option, value ?? '');
    }
  }
  return sections;
}
