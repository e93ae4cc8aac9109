import icon from './icon.svg';
import classes from './Mark.module.css';

export const NAME = 'Keepline';

export function Mark() {
  return (
    <span className={classes.mark}>
      <img src={icon} alt="" width={24} height={24} />
      <span className={classes.word}>{NAME}</span>
    </span>
  );
}
