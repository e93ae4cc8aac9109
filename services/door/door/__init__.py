"""One address for all services: nginx by the rules of infra/nginx."""
