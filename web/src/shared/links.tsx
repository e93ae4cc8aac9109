/** Mantine's looks, the router's links. */
import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import { forwardRef } from 'react';

const AnchorLink = forwardRef<HTMLAnchorElement, Omit<AnchorProps, 'href'> & { dir?: string }>(
  (props, ref) => <Anchor ref={ref} {...props} />,
);

const ButtonAnchor = forwardRef<HTMLAnchorElement, ButtonProps>((props, ref) => (
  <Button component="a" ref={ref} {...props} />
));

export const TextLink = createLink(AnchorLink);
export const LinkButton = createLink(ButtonAnchor);
