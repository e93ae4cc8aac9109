import classes from './wire.module.css';

/** Of a field for what stands on the wire: addresses, SIP. */
export const wire = classes.wire;
