import { useEffect, useState } from 'preact/hooks';

const key = 'snowmelt-theme';
const themes = ['auto', 'light', 'dark'] as const;

export function ThemeChoice() {
  const [theme, setTheme] = useState(localStorage.getItem(key) ?? 'auto');
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem(key, theme);
  }, [theme]);
  return (
    <label class="theme">
      Colours
      <select value={theme} onChange={(event) => setTheme(event.currentTarget.value)}>
        {themes.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}
