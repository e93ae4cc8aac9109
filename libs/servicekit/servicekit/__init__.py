"""What every service needs. Knows no telephony."""
