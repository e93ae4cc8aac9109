import { Switch } from '@mantine/core';
import { type Control, Controller, type FieldPath, type FieldValues } from 'react-hook-form';

type Props<T extends FieldValues> = { control: Control<T>; name: FieldPath<T>; label: string; hint: string };

/** Controlled: Mantine's switch shows what it is told, and not what is set at the element. */
export function OnOff<T extends FieldValues>({ control, name, label, hint }: Props<T>) {
  return (
    <Controller
      name={name}
      control={control}
      render={({ field: { value, ...field } }) => (
        <Switch label={label} description={hint} checked={Boolean(value)} {...field} />
      )}
    />
  );
}
